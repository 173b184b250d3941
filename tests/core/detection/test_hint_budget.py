"""Tests of how often hints may set off a check."""

from datetime import timedelta

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.ddns_plus.core.detection.hint_budget import HintBudget

QUARTER = timedelta(milliseconds=250)


def checks_of(hints: list[float]) -> list[float]:
    """Return when hints lead to checks: one that comes while a check is due adds none."""
    budget, checks = HintBudget(), []
    due = -1.0
    for hint in sorted(hints):
        if hint <= due:
            continue
        due = hint + budget.wait(hint).total_seconds()
        budget.spend(due)
        checks.append(due)
    return checks


def test_a_hint_is_looked_into_at_once_but_for_its_echoes() -> None:
    """A router tells of one change three times within a tenth of a second."""
    assert HintBudget().wait(1000.0) == QUARTER
    assert checks_of([5.0, 5.04, 5.08]) == [pytest.approx(5.25)]
    # what comes after the check may be another change
    assert len(checks_of([5.0, 5.26])) == 2


def test_six_checks_a_minute() -> None:
    """The seventh waits until the first is a minute ago."""
    budget = HintBudget()
    for number in range(6):
        assert budget.wait(float(number)) == QUARTER
        budget.spend(float(number))
    assert budget.wait(6.0) == timedelta(seconds=54)
    assert budget.wait(59.9) == QUARTER
    budget.spend(60.0)
    assert budget.wait(60.1) == timedelta(seconds=0.9)
    # quiet hours give all of them back, and no more
    for number in range(6):
        assert budget.wait(9000.0 + number) == QUARTER
        budget.spend(9000.0 + number)
    assert budget.wait(9006.0) == timedelta(seconds=54)


@settings(derandomize=True, max_examples=200)
@given(
    st.lists(st.floats(min_value=0, max_value=300), min_size=1, max_size=120)
    | st.builds(
        lambda start, step, number: [start + step * item for item in range(number)],
        st.floats(min_value=0, max_value=100),
        st.floats(min_value=0.001, max_value=20),
        st.integers(min_value=1, max_value=200),
    )
)
def test_any_storm_of_hints_sets_off_few_checks_and_is_heard(
    hints: list[float],
) -> None:
    """Six in any minute; each hint is followed by a check, a lonely one at once."""
    checks = checks_of(hints)
    for early, late in zip(checks, checks[6:], strict=False):
        assert late - early >= 60 - 1e-3
    for hint in hints:
        after = next(check for check in checks if check >= hint)
        assert after - hint <= 60 + 1e-3
        if not any(hint - 61 <= check < hint for check in checks):
            assert after - hint <= 0.25 + 1e-6
