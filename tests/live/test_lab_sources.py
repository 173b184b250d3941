"""Addresses that a person has a say in: an entity's, a fixed one, and where they may be."""

import pytest
import pytest_asyncio

from scripts.demo.home_assistant_api import FlowKind
from tests.real.router import WAN_ADDRESS

from .home import until
from .lab import CONNECTION, Lab
from .outside import ZONE

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]

HOSTNAME, OTHER = f"sources.{ZONE}", f"cellar.{ZONE}"
ADDRESS = f"sensor.{CONNECTION}_ipv4_address"
ONLINE = f"binary_sensor.{CONNECTION}_online"
STATUS = "sensor.sources_example_org"
BOX, BOX_SENSOR = "input_text.router_address", "sensor.router"
# less than any interval: who polls is not that quick
PUSHED_SECONDS = 20
LIE, FIXED, TUNNEL = "11.99.99.99", "11.22.80.80", "11.22.33.200"
ALLOWED = "11.22.64.0/18"
# then the entity is not available
RESTARTING = "restarting"
NONSENSE = (
    RESTARTING,
    "unknown",
    "",
    "11.22.72.300",
    "My address is 11.99.99.99",
    "192.168.77.1",
    "2606:aa00:9::9",
    LIE,
)
# of https and of DNS over TLS: what goes to the name server is not what this is about
ECHOES = "443, 853"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(lab: Lab) -> Lab:
    """Return the lab with an account that has published its hostname."""
    await lab.add_account(HOSTNAME, ipv6=False)
    await lab.outside.published(HOSTNAME, "A", WAN_ADDRESS)
    return lab


async def say(home: Lab, text: str) -> None:
    """Have the entities of the router say something."""
    await home.home_assistant.rest(
        "POST",
        "/api/services/input_text/set_value",
        {"entity_id": BOX, "value": text},
    )


async def believe(home: Lab, entity_id: str, **more: str) -> None:
    """Have one operator outside, and an entity."""
    entity = {"entity_id": entity_id, "family": "ipv4", **more}
    await home.set_options(ipv6=False, built_in=["ident"], entities=[entity])
    await home.until_state(ONLINE, "on")
    await home.until_settled()


async def test_entity_has_a_vote_and_tells_of_a_change(home: Lab) -> None:
    """One operator and a person's own word are enough; no question goes out before it."""
    new = "11.22.71.2"
    [old] = await home.outside.held(HOSTNAME, "A")
    await say(home, old)
    await believe(home, BOX)
    asked, updates = len(home.outside.requests), home.outside.updates_sent
    home.router.set_wan_address(new)
    await say(home, new)
    await home.outside.published(HOSTNAME, "A", new, PUSHED_SECONDS)
    await home.until_settled()
    assert {item.service for item in home.outside.requests[asked:]} == {"v4.ident.me"}
    assert home.outside.updates_sent == updates + 1
    await home.forget_changes()


async def test_template_is_no_second_operator(home: Lab) -> None:
    """It may hold what the same service has told: the form asks for another one."""
    api = home.home_assistant
    step = await api.start_flow(await home.entry_id(CONNECTION), FlowKind.OPTIONS)
    entity = {"entity_id": BOX_SENSOR, "family": "ipv4", "attribute": "wan_address"}
    chosen = {"ipv4": True, "ipv6": False, "built_in": ["ident"], "entities": [entity]}
    step = await api.submit(step, step.nest(chosen))
    assert step.type == "form"
    assert step.errors["sources"] == "single_operator"
    await api.rest("DELETE", f"/api/{step.kind}/{step.flow_id}")


async def test_nonsense_of_an_entity_is_harmless(home: Lab) -> None:
    """What is no public address has no vote, and a lie alone is not believed."""
    [real] = await home.outside.held(HOSTNAME, "A")
    updates = home.outside.updates_sent
    await say(home, real)
    await believe(home, BOX)
    for text in NONSENSE:
        await say(home, text)
        if text == RESTARTING:
            await home.until_state(BOX_SENSOR, "unavailable")
        [found] = (await home.check())["connections"]
        wanted = None if text == LIE else real
        assert found["ipv4"]["address"] == wanted, (text, found)
        await say(home, real)
        [found] = (await home.check())["connections"]
        assert found["ipv4"]["address"] == real, (text, found)
    assert await home.outside.held(HOSTNAME, "A") == [real]
    assert home.outside.updates_sent == updates


async def test_fixed_address(home: Lab) -> None:
    """It is published and nobody is asked, until a person takes it back."""
    [real] = await home.outside.held(HOSTNAME, "A")
    asked = len(home.outside.requests)
    await home.set_options(ipv6=False, fixed_ipv4=FIXED)
    await home.outside.published(HOSTNAME, "A", FIXED, PUSHED_SECONDS)
    await home.until_state(ADDRESS, FIXED)
    assert home.outside.requests[asked:] == []
    await home.set_options(ipv6=False)
    await home.outside.published(HOSTNAME, "A", real, PUSHED_SECONDS)
    assert await home.issues() == {}


async def test_tunnel_out_of_the_allowed_networks(home: Lab) -> None:
    """What is seen through a VPN is not published, and Repairs tells why."""
    before = await home.outside.held(HOSTNAME, "A")
    await home.set_options(
        ipv6=False, built_in=["ident", "desec"], allowed_networks=[ALLOWED]
    )
    await home.until_state(ONLINE, "on")
    updates = home.outside.updates_sent
    home.translate(before[0], TUNNEL, ports=ECHOES)
    await home.check()
    await home.until_issues("address_not_allowed_ipv4")
    issue = (await home.issues())["address_not_allowed_ipv4"]
    assert issue["translation_placeholders"]["address"] == TUNNEL
    await home.until_state(STATUS, "not_publishable")
    assert await home.outside.held(HOSTNAME, "A") == before
    assert home.outside.updates_sent == updates

    home.see_as_it_is()
    home.router.set_wan_address("11.22.73.2")
    await home.check()
    await home.outside.published(HOSTNAME, "A", "11.22.73.2", PUSHED_SECONDS)
    await home.until_issues()
    await home.set_options(ipv6=False)
    assert TUNNEL not in home.outside.ever_held("A")


async def test_connection_that_was_removed(home: Lab) -> None:
    """Its hostname stays as it is, until a person says what it shall follow."""
    account = await home.entry_id("rfc_2136")
    await home.add_connection("Cellar", ipv6=False)
    line = await home.entry_id("cellar")
    await home.add_hostname(account, OTHER, ipv6=False, connection=line)
    before = await home.outside.held(HOSTNAME, "A")
    await home.outside.published(OTHER, "A", before[0])
    await home.remove("cellar")
    [key] = await until(home.issues, bool)
    issue = (await home.issues())[key]
    assert issue["translation_key"] == "connection_gone"
    assert issue["translation_placeholders"]["hostname"] == OTHER
    home.router.set_wan_address("11.22.74.2")
    await home.outside.published(HOSTNAME, "A", "11.22.74.2", PUSHED_SECONDS)
    assert await home.outside.held(OTHER, "A") == before
    step = await home.fix(key, "follow_first")
    assert step.type == "create_entry", step
    await home.outside.published(OTHER, "A", "11.22.74.2", PUSHED_SECONDS)
    await home.until_issues()


async def test_nobody_was_worried(home: Lab) -> None:
    """Nothing wrong was ever published, and nothing in the log would worry a person."""
    assert LIE not in home.outside.ever_held("A")
    told = [line for line in home.complaints() if "connection_removed" not in line]
    assert told == []
