"""Print what every client asks: python -m tests.real.oracles [provider ...]."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
import shutil
import sys
import tempfile

from tests.real.namespaces import namespaces, why_not

from .cases import COMPARED
from .comparison import compare
from .differences import DIFFERENCES
from .recording_server import Recorded, recording_server
from .surroundings import Surroundings


async def main() -> None:
    """Print all cases, or those of the providers that the arguments name."""
    with namespaces("oracles") as [namespace], tempfile.TemporaryDirectory() as folder:
        async with recording_server(namespace) as server:
            surroundings = Surroundings(
                namespace=namespace, server=server, folder=Path(folder)
            )
            shown = ""
            for client, case in COMPARED:
                if sys.argv[1:] and case.slug not in sys.argv[1:]:
                    continue
                if shutil.which(client) is None:
                    _print(f"{case.name}: {client} is not installed")
                    continue
                comparison = await compare(surroundings, case, client)
                if shown != case.name:
                    shown = case.name
                    _print(f"\n{case.name}")
                    _print_requests("ours", comparison.ours)
                _print_requests(client, comparison.theirs)
                reasons = DIFFERENCES.get((client, case.name), {})
                for difference in comparison.differences:
                    why = reasons.get(difference, "NOT EXPLAINED")
                    _print(f"             {difference}: {why}")


def _print_requests(client: str, requests: Sequence[Recorded]) -> None:
    """Print what a client asked."""
    for request in requests:
        _print(f"  {client:9} {request}")


def _print(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


if (reason := why_not()) is not None:
    sys.exit(reason)
asyncio.run(main())
