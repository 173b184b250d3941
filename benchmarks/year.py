"""A year of good and bad days at services with policies, in virtual time.

Run `python -m benchmarks.year`. Twenty hostnames at eight accounts, on two lines with new
addresses each night: outages with and without Retry-After, 911, abuse, 429, lost and slow
answers, flapping, vandals, power cuts and clocks that jump. What runs is the integration's own publishing;
printed is what the services forbid, and how long records were wrong though an update was
allowed.
"""

import argparse
import asyncio
import logging
import random
from statistics import mean
import time

from tests.core.detection.virtual_time import VirtualTimeLoop
from tests.core.engine.year.home import Home
from tests.core.engine.year.report import rows
from tests.core.engine.year.servers import HOUR


async def live(seed: int, days: float) -> Home:
    """Return a home after so many days."""
    home = Home(seed)
    with home.entered():
        await home.live(days)
    return home


def show(home: Home) -> None:
    """Print what became of the accounts."""
    print(
        f"{home.changes} new addresses, {home.restarts} restarts, "
        f"{sum(end - begin for begin, end in home.off) / HOUR:.1f} h off"
    )
    first, last = mean(home.sizes[:30]), mean(home.sizes[-30:])
    print(f"state: {first:.0f} bytes in the first 30 days, {last:.0f} in the last")
    print("per hostname:   requests  needless  wrong h  of these allowed h (longest h)")
    for row in rows(home):
        print(
            f"  {row.slug:13} {row.requests:8.0f}  {row.needless:8}  "
            f"{row.wrong_at_all / HOUR:7.1f}  {sum(row.wrong.values()) / HOUR:7.2f}"
        )
        for reason, seconds in sorted(row.wrong.items()):
            longest = row.longest[reason] / HOUR
            print(f"      {reason:32} {seconds / HOUR:7.3f} h ({longest:.2f} h)")
        for policy, number in row.forbidden.items():
            print(f"      FORBIDDEN {policy}: {number}")


def main() -> None:
    """Let years go by."""
    parser = argparse.ArgumentParser(description="Live through a year.")
    parser.add_argument("--days", type=float, default=365)
    parser.add_argument("--seeds", type=int, nargs="+", default=[17, 18])
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    for seed in arguments.seeds:
        random.seed(seed)
        began = time.monotonic()
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            home = runner.run(live(seed, arguments.days))
        print(
            f"\nseed {seed}, {arguments.days:g} days, {time.monotonic() - began:.0f} s"
        )
        show(home)


if __name__ == "__main__":
    main()
