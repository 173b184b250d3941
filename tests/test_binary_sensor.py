"""Binary sensors: is the connection online, is a hostname well, does DNS agree."""

from base64 import b64encode
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from scripts.demo.servers import DemoServers

from .conftest import (
    AddEntry,
    Later,
    Restart,
    account,
    account_at,
    connection,
    with_known_ids,
)
from .demo.dns_client import held, rcode, update
from .home import attribute_of, force_update, state_of
from .internet import IPV4, IPV4_NEW, IPV6, Dyndns2Server, Internet
from .outside import lead_outside, options, router_says

pytestmark = pytest.mark.usefixtures("all_entities_enabled")

ONLINE = "binary_sensor.internet_connection_online"
CARRIER_GRADE_NAT = "binary_sensor.internet_connection_carrier_grade_nat"
PROBLEM = "binary_sensor.home_example_com_problem"
STATUS = "sensor.home_example_com"


async def test_entities(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
) -> None:
    """The binary sensors of a connection, an account and a hostname."""
    with patch("custom_components.ddns_plus.PLATFORMS", [Platform.BINARY_SENSOR]):
        line = await add_entry(with_known_ids(connection_entry))
        entry = await add_entry(with_known_ids(account(dyndns2, "home.example.com")))
    await snapshot_platform(hass, entity_registry, snapshot, line.entry_id)
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


async def test_online(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
    later: Later,
) -> None:
    """Offline is known as soon as nobody answers, and online when one does."""
    internet.go_offline()
    await add_entry(connection_entry)
    assert state_of(hass, ONLINE) == "off"

    internet.go_online()
    await later(minutes=2)
    assert state_of(hass, ONLINE) == "on"

    internet.ipv6 = None
    await later(minutes=2)
    assert state_of(hass, ONLINE) == "on"

    internet.go_offline()
    await later(minutes=2)
    assert state_of(hass, ONLINE) == "off"


@pytest.mark.usefixtures("freezer")
async def test_carrier_grade_nat(
    hass: HomeAssistant,
    internet: Internet,
    add_entry: AddEntry,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is known as soon as two rounds say so, and unknown before anything is."""
    lead_outside(internet, monkeypatch)
    router_says(hass, IPV4)
    internet.go_offline()
    await add_entry(connection(options()))
    assert state_of(hass, CARRIER_GRADE_NAT) == "unknown"
    internet.go_online()
    await later(minutes=2)
    assert state_of(hass, CARRIER_GRADE_NAT) == "off"
    for shared, state in (
        ("100.64.1.1", "on"),
        ("192.0.0.2", "on"),
        # another router in front of this one would look the same
        ("0.0.0.0", "unknown"),
    ):
        router_says(hass, shared)
        await later(minutes=2)
        # not said twice yet, and nothing says that the address is the router's own
        assert state_of(hass, CARRIER_GRADE_NAT) == "unknown"
        await later(minutes=2)
        assert state_of(hass, CARRIER_GRADE_NAT) == state
        internet.go_offline()
        await later(minutes=2)
        assert state_of(hass, CARRIER_GRADE_NAT) == state
        internet.go_online()
        router_says(hass, IPV4)
        await later(minutes=2)
        await later(minutes=2)
        assert state_of(hass, CARRIER_GRADE_NAT) == "off"


async def test_connection_without_ipv4(
    hass: HomeAssistant, add_entry: AddEntry, connection_entry: MockConfigEntry
) -> None:
    """A family that is not watched has no binary sensor."""
    entry = await add_entry(connection_entry)
    assert hass.states.get(CARRIER_GRADE_NAT) is not None
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "ipv4": False}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get(CARRIER_GRADE_NAT) is None
    assert er.async_get(hass).async_get(CARRIER_GRADE_NAT) is None
    assert state_of(hass, ONLINE) == "on"


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    "answer", ["badauth", "nohost", "abuse", "911", "interval", ""]
)
async def test_problem(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    account_entry: MockConfigEntry,
    later: Later,
    answer: str,
) -> None:
    """Each kind of failure is a problem until it is over."""
    dyndns2.answer = answer
    await add_entry(account_entry)
    assert state_of(hass, PROBLEM) == "on"

    dyndns2.answer = None
    await later(hours=1)
    await force_update(hass, override_stop=True)
    assert state_of(hass, PROBLEM) == "off"


async def test_problem_behind_another_status(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
) -> None:
    """An address that may not be published is a problem, and said before IPv6's lack."""
    internet.ipv6 = None
    await add_entry(connection(internet.options(allowed_networks=["93.184.0.0/16"])))
    await add_entry(account(dyndns2, "home.example.com"))
    assert state_of(hass, STATUS) == "not_publishable"
    assert state_of(hass, PROBLEM) == "on"
    assert dyndns2.requests == []

    internet.ipv4 = "93.184.216.34"
    await later(minutes=2)
    assert state_of(hass, PROBLEM) == "off"
    assert dyndns2.records == {"home.example.com": ["93.184.216.34"]}


@pytest.mark.usefixtures("freezer", "connected")
async def test_problem_of_an_account(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
) -> None:
    """One hostname with a problem is enough, and it is named; one of another is not."""
    await add_entry(account(dyndns2, "home.example.com", "nas.example.com"))
    shown = "binary_sensor.test_account_problem"
    assert state_of(hass, shown) == "off"
    assert attribute_of(hass, shown, "hostnames") == []

    dyndns2.answer = "nohost"
    await force_update(hass, hostname=["nas.example.com"])
    assert state_of(hass, shown) == "on"
    assert attribute_of(hass, shown, "hostnames") == ["nas.example.com"]

    dyndns2.answer = None
    await later(minutes=5)
    await force_update(hass, override_stop=True)
    assert state_of(hass, shown) == "off"
    assert attribute_of(hass, shown, "hostnames") == []


@pytest.mark.usefixtures("freezer", "connected")
async def test_record_that_may_be_outdated(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
) -> None:
    """When the operators agree no more it is a problem, but not at once."""
    await add_entry(account(dyndns2, "home.example.com"))
    internet.lies["127.0.0.1"] = "93.184.216.34"
    internet.ipv4 = IPV4_NEW
    await later(minutes=2)
    assert state_of(hass, "sensor.internet_connection_ipv4_address") == "unknown"
    await later(minutes=3)
    assert state_of(hass, PROBLEM) == "off"
    await later(minutes=3)
    assert state_of(hass, PROBLEM) == "on"
    assert state_of(hass, STATUS) == "stale"
    await later(days=3)
    assert state_of(hass, PROBLEM) == "on"

    internet.lies.clear()
    await later(minutes=2)
    assert state_of(hass, PROBLEM) == "off"
    assert dyndns2.records == {"home.example.com": [IPV4_NEW, IPV6]}


@pytest.mark.usefixtures("freezer", "connected")
async def test_family_that_is_lost_while_the_other_is_not(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
) -> None:
    """Its record leads nowhere, whatever the reason that its address is not known."""
    await add_entry(account(dyndns2, "home.example.com"))
    internet.go_offline()
    for problem in ("off", "off", "off", "on"):
        await later(minutes=2)
        assert state_of(hass, ONLINE) == "off"
        assert state_of(hass, PROBLEM) == problem
    internet.ipv4 = IPV4
    await later(minutes=2)
    assert state_of(hass, ONLINE) == "on"
    assert state_of(hass, PROBLEM) == "on"
    internet.ipv6 = IPV6
    await later(minutes=2)
    assert state_of(hass, PROBLEM) == "off"


@pytest.mark.usefixtures("freezer", "connected")
async def test_family_that_was_never_published(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    later: Later,
    restart: Restart,
) -> None:
    """Many homes have no IPv6; and no restart is a problem."""
    internet.ipv6 = None
    await later(minutes=2)
    await add_entry(account(dyndns2, "home.example.com"))
    await later(minutes=10)
    await restart()
    for _ in range(5):
        assert state_of(hass, PROBLEM) == "off"
        await later(minutes=2)


@pytest.mark.usefixtures("connected")
async def test_dns_match(
    hass: HomeAssistant, name_server: DemoServers, add_entry: AddEntry, later: Later
) -> None:
    """DNS agrees after an update, differs when somebody else wrote, and is put right."""
    settings = {
        "server": "127.0.0.1",
        "port": name_server.ports.dns,
        "zone": "demo.test",
        "tsig_key_name": "demo-key",
        "tsig_secret": b64encode(name_server.secret).decode(),
    }
    await add_entry(account_at("rfc2136", settings, "home.demo.test"))
    dns_match = "binary_sensor.home_demo_test_dns_match"
    assert state_of(hass, dns_match) == "unknown"
    await later(seconds=11)
    assert state_of(hass, dns_match) == "on"

    foreign = update(name_server)
    foreign.replace("home", 60, "A", "93.184.216.34")
    assert await rcode(name_server, foreign) == "NOERROR"
    await later(hours=7)
    assert state_of(hass, dns_match) == "off"
    assert await held(name_server, "home", "A") == ({IPV4}, 60)

    await later(seconds=11)
    assert state_of(hass, dns_match) == "on"
