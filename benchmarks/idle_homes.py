"""Questions to the outside per hour in homes that are idle, broken or noisy, in virtual time.

Run `python -m benchmarks.idle_homes`. Ten services that tell the address, as by default,
are asked by the integration's own watch of one family; a router where the row has one.
Counted is what leaves the house: the first hour, and a later one in the mean of eight.
"""

from collections.abc import Coroutine
import logging
from typing import Any

from custom_components.ddns_plus.core.address import Address
from custom_components.ddns_plus.core.observation import ROUTER
from tests.connection.test_in_vain import HOUR, NAMES, ROWS, asked, family6
from tests.connection.watching import DAILY, Watching, until
from tests.core.detection.operators import OLD, OTHER, PretendSource
from tests.core.detection.virtual_time import run

_HOURS = 8


async def family_that_cannot_work(
    answer: Address | Exception, own: Address | None
) -> tuple[int, int]:
    """Return the questions about IPv6, where IPv4 works."""
    watching, sources, _ = family6(answer, own)
    async with watching:
        await until((1 + _HOURS) * HOUR)
    return _counted(sources)


async def home(
    told: Address | None = None,
    *,
    known: Address | None = OLD,
    push: bool = False,
    pause: float | None = None,
) -> tuple[int, int]:
    """Return the questions where services see `OLD`, and a router tells an address.

    `pause` is between hints that come to nothing, None for a home without.
    """
    sources = [
        PretendSource(operator=name, key=f"{name}-{number}", answer=OLD)
        for number, name in enumerate(NAMES)
    ]
    if told is not None:
        sources.append(PretendSource(operator=ROUTER, answer=told, latency=0.003))
    async with Watching(
        sources, known=known, policy=DAILY, push=lambda: push
    ) as watching:
        end = (1 + _HOURS) * HOUR
        while pause is not None and watching.now < end:
            watching.watch.async_pushed()
            await until(watching.now + pause)
        await until(end)
    return _counted(sources)


def _counted(sources: list[PretendSource]) -> tuple[int, int]:
    """Return the questions of the first hour, and of all later ones."""
    late = asked(sources, HOUR)
    return asked(sources, 0) - late, late


def main() -> None:
    """Count, row by row."""
    logging.disable(logging.CRITICAL)
    rows: dict[str, Coroutine[Any, Any, tuple[int, int]]] = {
        "all well, without push": home(),
        "all well, with push": home(OLD, push=True),
        "router differs, undecided": home(OTHER, known=None),
        **{
            f"a hint in vain every {pause:g} s": home(OLD, push=True, pause=pause)
            for pause in (30.0, 10.0, 1.0)
        },
        **{f"IPv6 {name}": family_that_cannot_work(*row) for name, row in ROWS.items()},
    }
    print(f"{'questions that leave the house':38} first hour  later, an hour")
    for name, count in rows.items():
        first, late = run(count)
        print(f"{name:38} {first:10}  {late / _HOURS:14.1f}")


if __name__ == "__main__":
    main()
