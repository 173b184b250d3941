"""When to re-check with public services although LAN sources agree."""

from datetime import timedelta

# in intervals: one per family, and the time until the next round
_LONGEST_TURN = 2.5


def audit_is_due(
    audited: float, other: float | None, interval: timedelta, now: float
) -> bool:
    """Return True if public services are to be asked for a family now.

    They are asked once per `interval`, alternately for each family. `audited` is when
    they last agreed on this family, `other` on the other one. `other` is None if that
    family is unknown or asks them in every round. Times are seconds of the same clock.
    """
    seconds = interval.total_seconds()
    if other is None:
        return now - audited >= seconds
    is_next = audited <= other and now - other >= seconds
    # hints may cause checks of the other family only
    return is_next or now - audited >= _LONGEST_TURN * seconds
