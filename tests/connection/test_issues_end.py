"""Repairs of a connection: translated addresses, their end with the entry, and their texts."""

import pytest

from custom_components.ddns_plus.account.issues import CONNECTION_GONE
from custom_components.ddns_plus.connection.issues import ConnectionIssue
from custom_components.ddns_plus.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from tests.conftest import AddEntry, Later, connection
from tests.home import state_of
from tests.internet import Internet
from tests.outside import lead_outside, options, router_says
from tests.repairs import issues, only_issue
from tests.texts import TEXTS, every_text, placeholders_of

pytestmark = pytest.mark.usefixtures("freezer", "no_secret_in_log")

ADDRESS = "sensor.internet_connection_ipv4_address"
OF_ANOTHER = "11.99.88.77"
SHARED = "100.64.1.1"
PRIVATE = "192.168.178.20"
# what the router says, and what is then told
SITUATIONS = {
    OF_ANOTHER: "router_differs",
    SHARED: "carrier_grade_nat",
    PRIVATE: "double_nat",
}


@pytest.fixture(autouse=True)
def outside(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two operators beyond the router."""
    lead_outside(internet, monkeypatch)


async def test_translated(
    hass: HomeAssistant, add_entry: AddEntry, later: Later, only_own: None
) -> None:
    """An IPv6 address that is not this machine's is not taken, and that is said."""
    router_says(hass, "unavailable")
    await add_entry(connection(options(accept_translated=False)))
    assert issues(hass) == {}
    await later(minutes=2)
    assert set(issues(hass)) == {"ipv6_translated"}
    assert state_of(hass, "sensor.internet_connection_ipv6_address") == "unknown"


@pytest.fixture
def only_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a machine that knows its addresses, with none that is public."""
    host = (
        "custom_components.ddns_plus.core.detection.machine.host_address.HostAddresses"
    )
    monkeypatch.setattr(f"{host}.available", True)
    monkeypatch.setattr(f"{host}.candidate", lambda *_: None)


@pytest.mark.parametrize("says", SITUATIONS)
async def test_entry_that_goes(
    hass: HomeAssistant, add_entry: AddEntry, later: Later, says: str
) -> None:
    """Nothing is asked about a connection that does not run, or is no more."""
    router_says(hass, says)
    entry = await add_entry(connection(options()))
    for _ in range(4):
        await later(minutes=2)
    assert issues(hass)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert issues(hass) == {}
    assert await hass.config_entries.async_setup(entry.entry_id)
    for _ in range(4):
        await later(minutes=2)
    ir.async_ignore_issue(hass, DOMAIN, only_issue(hass).issue_id, True)
    await hass.config_entries.async_remove(entry.entry_id)
    assert not [key for key in ir.async_get(hass).issues if key[0] == DOMAIN]


async def test_family_that_is_switched_off(
    hass: HomeAssistant, add_entry: AddEntry, later: Later
) -> None:
    """Its troubles are none any more."""
    router_says(hass, SHARED)
    entry = await add_entry(connection(options()))
    await later(minutes=2)
    assert issues(hass)
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "ipv4": False}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == {}


def test_texts() -> None:
    """Each has its texts, filled only with what it is given."""
    given = {
        "router_differs": {"router_address", "outside_address"},
        "single_operator": {"answered", "failed"},
        "addresses_take_turns": {"addresses"},
        "conflict": {"addresses"},
        "address_not_allowed": {"address"},
        "connection_gone": {"account", "hostname"},
        "interface_gone": {"interface"},
        "source_gone": {"entities"},
    }
    for key in (*ConnectionIssue, CONNECTION_GONE):
        texts = TEXTS["issues"][key]
        assert len({"description", "fix_flow"} & set(texts)) == 1
        fillings = given.get(key, set()) | {"connection", "family"}
        for _, text in every_text(texts):
            assert placeholders_of(text) <= fillings
