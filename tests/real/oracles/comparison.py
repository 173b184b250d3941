"""What two clients' requests have in common, and what not."""

from collections.abc import Sequence
from dataclasses import dataclass

from custom_components.ddns_plus.core.provider_info import Result

from .case import Case
from .ddclient import ask_ddclient
from .inadyn import ask_inadyn
from .ours import ask_ours
from .recording_server import Recorded
from .surroundings import Surroundings

CLIENTS = {"ddclient": ask_ddclient, "inadyn": ask_inadyn}


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of a request that is not the same; None where a client has no such part."""

    part: str
    theirs: str | None
    ours: str | None

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.part}: {self.theirs or 'none'}, ours {self.ours or 'none'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What ours asked and another client, which printed `said`."""

    results: Sequence[Result]
    ours: Sequence[Recorded]
    theirs: Sequence[Recorded]
    said: str

    @property
    def differences(self) -> Sequence[Difference]:
        """Return what is not the same."""
        return differences(self.theirs, self.ours)


async def compare(surroundings: Surroundings, case: Case, client: str) -> Comparison:
    """Have ours and another client publish what a case says."""
    server = surroundings.server

    def asked() -> Sequence[Recorded]:
        return [
            single
            for request in server.requests
            for single in case.in_full(request)
            if not (case.writes_only and request.reads)
        ]

    server.begin(case.provider())
    results = await ask_ours(surroundings, case)
    ours = asked()
    hosts = {request.parts["host"] for request in server.requests} | case.hosts
    server.begin(case.provider())
    said = await CLIENTS[client](surroundings, case, hosts)
    return Comparison(results=results, ours=ours, theirs=asked(), said=said)


def differences(
    theirs: Sequence[Recorded], ours: Sequence[Recorded]
) -> Sequence[Difference]:
    """Return what differs between requests, of which the last ones correspond."""
    both = min(len(theirs), len(ours))
    first_theirs, first_ours = len(theirs) - both, len(ours) - both
    found = [
        *(Difference("request", str(more), None) for more in theirs[:first_theirs]),
        *(Difference("request", None, str(more)) for more in ours[:first_ours]),
    ]
    for one, other in zip(theirs[first_theirs:], ours[first_ours:], strict=True):
        found += [
            Difference(part, one.parts.get(part), other.parts.get(part))
            for part in {**one.parts, **other.parts}
            if one.parts.get(part) != other.parts.get(part)
        ]
    return found
