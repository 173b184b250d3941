"""What became of a home's hostnames: requests, and how long records were wrong."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from custom_components.ddns_plus.core.address import Family

from .home import Home
from .servers import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of the hostnames of one account; times in seconds for each hostname.

    `wrong` is how long a record was wrong while the service worked and allowed an update,
    by what the integration said meanwhile; `longest` is the longest such time.
    """

    slug: str
    requests: float
    forbidden: Mapping[str, int]
    needless: int
    wrong_at_all: float
    wrong: Mapping[str, float]
    longest: Mapping[str, float]


def rows(home: Home) -> Iterator[Row]:
    """Yield what became of each account."""
    for account in home.accounts:
        server, number = account.server, len(account.hostnames)
        wrong: defaultdict[str, float] = defaultdict(float)
        longest: dict[str, float] = {}
        at_all = 0.0
        for name in account.hostnames:
            refusing = union(
                [*server.refusing, *server.refusing_name.get(name, ()), *home.off]
            )
            for family in Family:
                notes = account.reasons[name, family]
                for span in home.wrong.get((name, family), ()):
                    at_all += (span[1] - span[0]) / number / len(Family)
                    for left in without(span, refusing):
                        for reason, seconds in _by_reason(left, notes):
                            wrong[reason] += seconds / number / len(Family)
                            longest[reason] = max(longest.get(reason, 0), seconds)
        yield Row(
            slug=server.slug,
            requests=server.requests.total() / number,
            forbidden=dict(server.forbidden),
            needless=server.needless,
            wrong_at_all=at_all,
            wrong=dict(wrong),
            longest=longest,
        )


def _by_reason(
    span: Span, notes: Sequence[tuple[float, str]]
) -> Iterator[tuple[str, float]]:
    """Yield the reasons that were given in a span of time, and how long each held."""
    ends = [*(at for at, _ in notes[1:]), float("inf")]
    for (begin, reason), end in zip(notes, ends, strict=True):
        seconds = min(span[1], end) - max(span[0], begin)
        if seconds > 0:
            yield reason, seconds


def union(spans: Sequence[Span]) -> Sequence[Span]:
    """Return spans of time in order, none of which overlap."""
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((begin, end))
    return joined


def without(span: Span, taken: Sequence[Span]) -> list[Span]:
    """Return what is left of a span of time; `taken` are in order."""
    begin, end = span
    left: list[Span] = []
    for taken_from, taken_to in taken:
        if taken_to <= begin or taken_from >= end:
            continue
        if taken_from > begin:
            left.append((begin, taken_from))
        begin = max(begin, taken_to)
    return [*left, (begin, end)] if begin < end else left
