"""Audits: one question leaves the house in half an hour, for one family after the other."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.detection.judge.audit_schedule import audit_is_due

INTERVAL = timedelta(minutes=30)
MINUTE = 60.0


def due(audited: float, other: float | None, now: float) -> bool:
    """Return whether an audit is due; all in minutes."""
    return audit_is_due(
        audited * MINUTE,
        None if other is None else other * MINUTE,
        INTERVAL,
        now * MINUTE,
    )


@pytest.mark.parametrize(
    ("audited", "other", "now", "wanted"),
    [
        # the only family, or the only one that is known
        (0, None, 29, False),
        (0, None, 30, True),
        # its turn, half an hour after the other one's
        (0, 10, 39, False),
        (0, 10, 40, True),
        # the other one's turn
        (10, 0, 40, False),
        (10, 0, 69, False),
        # which does not come: it is not waited for for ever
        (10, 0, 84, False),
        (10, 0, 85, True),
        # nor while the other one is asked for all the time
        (0, 74, 74, False),
        (0, 74, 75, True),
    ],
)
def test_when_it_is_due(
    audited: float, other: float | None, now: float, wanted: bool
) -> None:
    """By the family that was longest without one."""
    assert due(audited, other, now) is wanted


@given(
    st.floats(0, 60),
    st.floats(0, 60),
    st.lists(st.tuples(st.booleans(), st.floats(0.1, 1.1)), max_size=300),
)
def test_in_turns(first: float, second: float, looks: list[tuple[bool, float]]) -> None:
    """However the families' looks fall: each has its audit, and nobody is asked more often."""
    audited = {True: first, False: second}
    now, audits = 60.0, list[tuple[float, bool]]()
    for family, pause in looks:
        now += pause
        for each in (family, not family):
            if due(audited[each], audited[not each], now):
                audited[each] = now
                audits.append((now, each))
    pauses = [later - earlier for (earlier, _), (later, _) in pairwise(audits)]
    # half an hour, and until somebody looks
    assert all(pause + 1e-6 >= 30 and pause <= 31.2 for pause in pauses)
    assert all(one is not other for (_, one), (_, other) in pairwise(audits))
