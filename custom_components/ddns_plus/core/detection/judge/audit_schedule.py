"""When the outside is asked though the house is content: an audit, of one family in turn. Pure."""

from datetime import timedelta

# in intervals; two of them, and the time until somebody looks
_LONGEST_TURN = 2.5


def audit_is_due(
    audited: float, other: float | None, interval: timedelta, now: float
) -> bool:
    """Return whether the outside is to be asked for a family now.

    One question leaves the house in an `interval`, whatever the families: theirs come
    in turns. `audited` is when the outside last agreed on this family, `other` when on
    the other one, None if that takes no turns: it is not known, or asks the outside all
    the time. Times are seconds of the same clock.
    """
    seconds = interval.total_seconds()
    if other is None:
        return now - audited >= seconds
    is_next = audited <= other and now - other >= seconds
    # hints may have the other one asked for again and again
    return is_next or now - audited >= _LONGEST_TURN * seconds
