"""Whether start-up and memory grow with the number of provider files.

Run `python -m benchmarks.provider_count` with the interpreter that Home Assistant is
installed for. Everything is measured twice, with the providers that exist and with 500
more in a temporary copy: importing the integration and one provider, and a real Home
Assistant that starts with one account. The time to open the list of providers is shown
too: only there all are imported. `--imports` leaves Home Assistant out, `--dummies` and
`--processes` set the size of a run.
"""

from argparse import ArgumentParser
import asyncio
from collections.abc import Mapping, Sequence
import json
from pathlib import Path
import platform
import shutil
from statistics import median
import sys
from tempfile import TemporaryDirectory
from time import perf_counter

from scripts.demo.home_assistant import COMPONENT, HomeAssistantInstance

from .accounts import CONFIGURATION, Accounts, Servers
from .dummies import write_dummies
from .setup_cost import Measured

_DUMMIES = 500
_PROCESSES = 7
_STARTS = 3
_RELOADS = 20
_CHILD = Path(__file__).with_name("import_cost.py")

type Figures = Mapping[str, Sequence[float]]


def copied(folder: Path, dummies: int) -> Path:
    """Return a copy of the integration with so many more providers."""
    component = folder / "custom_components" / COMPONENT.name
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(COMPONENT, component, ignore=ignored)
    # without it the package of the repository wins, wherever it is on sys.path
    (component.parent / "__init__.py").touch()
    write_dummies(component / "core" / "providers", dummies)
    return component


async def import_figures(component: Path) -> Mapping[str, float]:
    """Return what a process of its own tells of importing a copy."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(_CHILD),
        str(component.parents[1]),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("the integration cannot be imported")
    figures: Mapping[str, float] = json.loads(output)
    return figures


async def imports(
    components: Sequence[Path], dummies: int, processes: int
) -> list[Figures]:
    """Return the figures of each copy, from alternating processes.

    Raises RuntimeError if the dummies were not imported.
    """
    found: list[dict[str, list[float]]] = [{} for _ in components]
    # Python compiles the files when they are first imported
    first = [await import_figures(component) for component in components]
    if first[1]["providers"] - first[0]["providers"] != dummies:
        raise RuntimeError("the dummies were not imported")
    for _ in range(processes):
        for component, figures in zip(components, found, strict=True):
            for name, value in (await import_figures(component)).items():
                figures.setdefault(name, []).append(value)
    return list(found)


async def starts(component: Path, folder: Path, servers: Servers) -> Figures:
    """Return the figures of a Home Assistant with one account."""
    figures: dict[str, list[float]] = {"start": [], "memory": [], "reload": []}
    async with HomeAssistantInstance(
        folder, component=component, configuration=CONFIGURATION
    ) as home_assistant:
        accounts = Accounts(home_assistant, servers)
        await accounts.add_connection()
        entry_id = await accounts.add_account(0)
        for _ in range(_STARTS):
            began = perf_counter()
            await home_assistant.restart()
            await accounts.until_known()
            figures["start"].append(perf_counter() - began)
            memory = await Measured(home_assistant, folder / "unused").memory()
            figures["memory"].append(memory)
        for _ in range(_RELOADS):
            began = perf_counter()
            await accounts.reload(entry_id)
            figures["reload"].append(perf_counter() - began)
    return figures


def show(what: str, unit: str, size: float, found: Sequence[Sequence[float]]) -> None:
    """Print the median with the providers that exist, with more, and their ratio."""
    few, many = (median(values) for values in found)
    print(f"{what:44}{few / size:9.1f}{many / size:9.1f} {unit:3}{many / few:7.2f} x")


async def main() -> int:
    """Measure, and print the figures and their ratios."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--dummies", type=int, default=_DUMMIES)
    parser.add_argument("--processes", type=int, default=_PROCESSES)
    parser.add_argument("--imports", action="store_true")
    arguments = parser.parse_args()
    servers = Servers()
    await servers.start()
    try:
        with TemporaryDirectory() as name:
            folder = Path(name)
            components = [
                copied(folder / "existing", 0),
                copied(folder / "with_dummies", arguments.dummies),
            ]
            imported = await imports(components, arguments.dummies, arguments.processes)
            started = [
                await starts(component, folder / f"config{number}", servers)
                for number, component in enumerate(components)
                if not arguments.imports
            ]
    finally:
        await servers.stop()
    print(f"Python {platform.python_version()}, {platform.machine()}")
    print(f"{'medians, ratio':44} existing  and {arguments.dummies} dummies")
    rows = (
        ("import of the integration", "integration", imported),
        ("and of one provider", "provider", imported),
        ("import of all, when the list is opened", "all", imported),
        ("reload of an account in Home Assistant", "reload", started),
        ("start of Home Assistant with an account", "start", started),
    )
    for what, key, figures in rows:
        if figures:
            show(what, "ms", 0.001, [item[key] for item in figures])
    for what, figures in (("the import", imported), ("Home Assistant", started)):
        if figures:
            show(f"memory of {what}", "MB", 1e6, [item["memory"] for item in figures])
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
