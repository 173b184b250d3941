"""A router that announces itself: it is offered, and what it says by SSDP is a hint."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import pytest
import pytest_asyncio

from scripts.demo.home_assistant_api import FlowKind, FlowStep
from tests.real.router import WAN_ADDRESS

from .home import DOMAIN, until
from .lab import ACCOUNT, CONNECTION, TTL, Lab
from .outside import ZONE

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]

HOSTNAME = f"discovered.{ZONE}"
ROUTER = "uuid:11111111-2222-3333-4444-555555555555"
OTHER_UUID = "66666666-7777-8888-9999-000000000000"
# long before the next look that is due anyway
HINTED_SECONDS = 10
PUSHED_SECONDS = 20


async def offers(lab: Lab) -> Sequence[Mapping[str, Any]]:
    """Return the routers that are offered to be set up."""
    flows = await lab.home_assistant.websocket({"type": "config_entries/flow/progress"})
    return [
        flow
        for flow in flows
        if flow["handler"] == DOMAIN and flow["context"]["source"] == "ssdp"
    ]


async def offered(lab: Lab) -> Mapping[str, Any]:
    """Return the one router that is offered, as soon as one is."""
    [offer] = await until(lambda: offers(lab), bool)
    return offer


def restart(lab: Lab, **options: str) -> None:
    """Restart the router's programs: they take leave, and announce themselves again."""
    lab.stop_router()
    lab.start_router(**options)


async def test_a_router_is_offered_by_itself(lab: Lab) -> None:
    """What announces itself is offered once, by its name, however often it does."""
    offer = await offered(lab)
    restart(lab)
    restart(lab, uuid=OTHER_UUID)
    assert [item["flow_id"] for item in await offers(lab)] == [offer["flow_id"]]
    assert offer["step_id"] == "discovered"
    assert offer["context"]["unique_id"] == ROUTER
    assert offer["context"]["title_placeholders"] == {"name": "Debian router"}


async def test_an_ignored_router_is_not_offered_again(lab: Lab) -> None:
    """Another one is: what the ignored one announced before that was heard, too."""
    offer = await offered(lab)
    await lab.home_assistant.websocket(
        {
            "type": "config_entries/ignore_flow",
            "flow_id": offer["flow_id"],
            "title": "Debian router",
        }
    )
    assert await offers(lab) == []
    restart(lab)
    restart(lab, uuid=OTHER_UUID)
    offer = await offered(lab)
    assert offer["context"]["unique_id"] == f"uuid:{OTHER_UUID}"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(lab: Lab) -> Lab:
    """Return the lab with an account that was set up from the offer."""
    await lab.begin_anew()
    offer = await offered(lab)
    path = f"/api/{FlowKind.CONFIG}/{offer['flow_id']}"
    answer = await lab.home_assistant.rest("GET", path)
    step = FlowStep(kind=FlowKind.CONFIG, answer=answer)
    for typed in (
        {"provider": "rfc2136"},
        ACCOUNT,
        {"hostnames": [HOSTNAME], "ipv4": True, "ipv6": True, "ttl": TTL},
    ):
        step = await lab.home_assistant.submit(step, step.nest(typed))
    assert step.type == "create_entry", step
    await lab.until_shown(HOSTNAME, ipv4=WAN_ADDRESS, ipv6=await lab.stable_address())
    return lab


async def test_what_is_set_up_is_not_offered_again(home: Lab) -> None:
    """The router is used from then on, and offers nothing more."""
    assert await offers(home) == []
    assert (await home.diagnostics())["push"]["ssdp"]


async def hint_expected(lab: Lab) -> Callable[[], Awaitable[None]]:
    """Return what waits until the outside is asked: nothing else than a hint calls for it."""
    # who has had many hints puts the next one off
    await lab.forget_changes()
    await until(lab.diagnostics, lambda found: found["push"]["upnp"])
    await lab.until_settled()
    asked = len(lab.outside.requests)

    async def more() -> int:
        return len(lab.outside.requests) - asked

    async def hinted() -> None:
        await until(more, bool, HINTED_SECONDS)

    return hinted


async def test_a_router_that_takes_leave_is_a_hint(home: Lab) -> None:
    """The outside is asked at once; what was published stays."""
    hinted = await hint_expected(home)
    updates = home.outside.updates_sent
    home.stop_router()
    await hinted()
    home.start_router()
    await home.until_settled()
    assert await home.outside.held(HOSTNAME, "A") == [WAN_ADDRESS]
    assert home.outside.updates_sent == updates
    assert await offers(home) == []


async def test_a_router_that_came_back_without_a_word_is_a_hint(home: Lab) -> None:
    """Another boot id tells that it has restarted, and forgotten who listens."""
    hinted = await hint_expected(home)
    home.crash_router()
    # which it counts in seconds
    while home.router_age < 1:
        await asyncio.sleep(0.05)
    # announces nothing by the other protocol
    home.start_router(enable_natpmp="no")
    await hinted()
    await until(home.diagnostics, lambda found: found["push"]["upnp"])
    home.router.set_wan_address("11.22.90.2")
    await home.outside.published(HOSTNAME, "A", "11.22.90.2", PUSHED_SECONDS)
    assert await offers(home) == []


async def test_nobody_was_worried(home: Lab) -> None:
    """All that leaves no trace in the log that would worry a person."""
    await home.until_state(f"binary_sensor.{CONNECTION}_online", "on")
    assert home.complaints() == []
    assert await home.issues() == {}
