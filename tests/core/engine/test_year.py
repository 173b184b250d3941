"""Two weeks of good and bad days; `python -m benchmarks.year` lives through a year."""

from collections.abc import Iterator
import random

import pytest

from tests.core.detection.virtual_time import run

from .year.home import Home
from .year.report import rows, union, without
from .year.servers import DAY, HOUR, MINUTE

# waits of our own, with jitter: after an outage, and after what is not understood
_LONGEST = {"wait: back_off": 4.8 * HOUR, "skip: unchanged": 6.7 * HOUR}


@pytest.fixture
def same_jitter() -> Iterator[None]:
    """Let the integration's own chances be the same each time."""
    state = random.getstate()
    random.seed(5)
    yield
    random.setstate(state)


@pytest.mark.usefixtures("same_jitter")
def test_weeks_at_services_with_policies() -> None:
    """Nothing that is forbidden is sent, and no record stays wrong without a reason.

    What somebody else changed is found by DNS. All other waits end when the service
    allows an update.
    """

    async def weeks() -> Home:
        home = Home(5)
        with home.entered():
            await home.live(14)
        return home

    home = run(weeks())
    assert home.changes > 50
    assert home.restarts > 0
    for row in rows(home):
        assert row.forbidden == {}, row
        assert row.needless == 0, row
        assert 10 < row.requests < 200, row
        for reason, seconds in row.longest.items():
            assert seconds < _LONGEST.get(reason, 35 * MINUTE), row
    assert max(home.sizes[-7:]) < 1.2 * max(home.sizes[:7])


def test_spans_of_time() -> None:
    """What is allowed is what is left of the time that nothing forbids."""
    taken = union([(5, 7), (1, 2), (6, 9)])
    assert taken == [(1, 2), (5, 9)]
    assert without((0, 10), taken) == [(0, 1), (2, 5), (9, 10)]
    assert without((6, 8), taken) == []
    assert without((0, DAY), []) == [(0, DAY)]
