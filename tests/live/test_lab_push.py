"""A changed address is told by this home itself, and published within a moment."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise
import socket

import pytest
import pytest_asyncio

from tests.real.router import WAN_ADDRESS

from .home import until
from .lab import CONNECTION, HOME_PREFIX, HOSTNAME, NEW_HOME_PREFIX, OTHER_HOSTNAME, Lab
from .outside import NAME_SERVER_IPV6, Asked

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]

# far less than the interval, which is three minutes: who polls is not that quick
PUSHED_SECONDS = 20
# after so long without an answer somebody else is asked, too
HEDGE_SECONDS = 0.25
# after that an address is confirmed, unless there were many hints
CONFIRMED_SECONDS = 13
# the router is asked every minute
LONGEST_LOCAL_SECONDS = 90
SUFFIX = "::42"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(lab: Lab) -> Lab:
    """Return the lab with an account for two machines; nothing else was chosen."""
    account = await lab.add_account(HOSTNAME)
    await lab.outside.published(HOSTNAME, "A", WAN_ADDRESS)
    await lab.outside.published(HOSTNAME, "AAAA", await lab.stable_address())
    await lab.add_hostname(account, OTHER_HOSTNAME, ipv4=False, ipv6_suffix=SUFFIX)
    await lab.outside.published(OTHER_HOSTNAME, "AAAA", f"{HOME_PREFIX}:{SUFFIX[1:]}")
    return lab


async def test_first_publish_is_of_the_lasting_address(home: Lab) -> None:
    """What was published is the address that stays, not the one that the kernel takes."""
    stable = await home.stable_address()
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as towards:
        towards.connect((NAME_SERVER_IPV6, 53))
        preferred = towards.getsockname()[0]
    assert "temporary" in home.home_addresses()[preferred]
    assert home.outside.ever_held("AAAA") == {stable, f"{HOME_PREFIX}::42"}
    assert home.outside.ever_held("A") >= {WAN_ADDRESS}


def count_in_time(requests: Sequence[Asked]) -> int:
    """Return how many questions were asked without somebody being slow to answer.

    Of each family those count that came in no time after the one before: on a machine
    that is busy with something else another operator is asked every quarter of a second.
    """
    count = 0
    for is_ipv6 in (True, False):
        times = [item.at for item in requests if (":" in item.address) is is_ipv6]
        count += bool(times)
        count += sum(
            later - earlier < HEDGE_SECONDS for earlier, later in pairwise(times)
        )
    return count


async def test_change_at_the_router_is_pushed(home: Lab) -> None:
    """Another WAN address is published at once, with few questions, and confirmed."""
    for address in ("11.22.40.77", "11.22.41.77"):
        asked = len(home.outside.requests)
        home.router.set_wan_address(address)
        await home.outside.published(HOSTNAME, "A", address, PUSHED_SECONDS)
        # an update that is still on would be lost with the line that it came by
        await home.until_shown(HOSTNAME, ipv4=address, ipv6=await home.stable_address())
        # two for each family: one operator and one that confirms, at most twice
        assert count_in_time(home.outside.requests[asked:]) <= 8
    await home.forget_changes()


async def test_prefix_change_is_one_update_for_all_machines(home: Lab) -> None:
    """Another prefix moves all machines in one update, and no passing address gets out."""
    before = await home.outside.updates(), home.outside.updates_sent
    old = await home.stable_address()
    home.advertise(NEW_HOME_PREFIX)
    new = await home.stable_address(NEW_HOME_PREFIX)
    await home.outside.published(HOSTNAME, "AAAA", new, PUSHED_SECONDS)
    held = await home.outside.held(OTHER_HOSTNAME, "AAAA")
    assert held == [f"{NEW_HOME_PREFIX}::42"]
    assert "deprecated" in home.home_addresses()[old]
    assert (await home.outside.updates(), home.outside.updates_sent) == (
        before[0] + 1,
        before[1] + 1,
    )
    lasting = {old, new, f"{HOME_PREFIX}::42", f"{NEW_HOME_PREFIX}::42"}
    assert home.outside.ever_held("AAAA") == lasting
    states = await home.states()
    assert states[f"sensor.{CONNECTION}_ipv6_prefix"] == f"{NEW_HOME_PREFIX}::/64"


async def test_nothing_leaves_an_idle_house(home: Lab) -> None:
    """While push is alive the router is asked, and nobody outside."""
    updates = home.outside.updates_sent
    await home.until_quiet(CONFIRMED_SECONDS)
    asked = len(home.outside.requests)
    before = home.router_questions()

    async def looks() -> int:
        return home.router_questions() - before

    await until(looks, bool, LONGEST_LOCAL_SECONDS)
    assert home.outside.requests[asked:] == []
    assert home.outside.updates_sent == updates


async def test_without_push_only_a_check_finds_a_change(home: Lab) -> None:
    """Who switches push off hears nothing of a change until it is looked for."""
    await home.set_options(push=False)
    await home.until_settled()
    before = await home.outside.held(HOSTNAME, "A")
    home.router.set_wan_address("11.22.42.77")
    await asyncio.sleep(3)
    assert await home.outside.held(HOSTNAME, "A") == before
    await home.check()
    await home.outside.published(HOSTNAME, "A", "11.22.42.77", PUSHED_SECONDS)
    await home.set_options(push=True)


async def test_nobody_was_worried(home: Lab) -> None:
    """All that leaves no trace in the log that would worry a person."""
    assert home.complaints() == []
    assert await home.issues() == {}
