"""When the outside is asked though the house is content: an audit, of one family in turn. Pure."""

from datetime import timedelta


def audit_is_due(
    audited: float, other: float | None, interval: timedelta, now: float
) -> bool:
    """Return whether the outside is to be asked for a family now.

    One question leaves the house in an `interval`, whatever the families: theirs come
    in turns. `audited` is when the outside last agreed on this family, `other` when on
    the other one, None if it never did. Times are seconds of the same clock.
    """
    seconds = interval.total_seconds()
    if other is None:
        return now - audited >= seconds
    is_next = audited <= other or now - audited >= 2 * seconds
    return is_next and now - other >= seconds
