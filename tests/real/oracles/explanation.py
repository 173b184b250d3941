"""Explanation of what ours asks otherwise than another client."""

from collections.abc import Sequence
from dataclasses import dataclass

# (part, theirs, ours)
type Parts = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Differences that some cases have with a client, and why ours is right."""

    client: str
    cases: Sequence[str]
    parts: Sequence[Parts]
    why: str


# what several clients send, and no service documents today
SYSTEM: Parts = ("parameter system", "dyndns", None)


def instead(theirs: str, ours: str, value: str) -> tuple[Parts, Parts]:
    """Return that a value has another name."""
    return (f"parameter {theirs}", value, None), (f"parameter {ours}", None, value)


def both(*cases: str) -> tuple[str, ...]:
    """Return the names of cases in both families."""
    return tuple(name for case in cases for name in (case, f"{case} IPv6"))
