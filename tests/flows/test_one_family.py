"""One of IPv4 and IPv6 switched off, where the provider deletes its record."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry
from tests.flow_driver import Flow

pytestmark = pytest.mark.usefixtures("connected")
HOME = "home.dyndns.org"


def settings_of(slug: str) -> dict[str, Any]:
    """Return the settings of an account."""
    own = {"server_url": "https://dyn.example.net"} if slug == "dyndns2" else {}
    return {**own, "username": "someone", "password": "canary-4f1d9c2ab07e"}


async def account_at(add_entry: AddEntry, slug: str) -> MockConfigEntry:
    """Return an account without hostnames."""
    return await add_entry(
        MockConfigEntry(
            domain=DOMAIN,
            title="Account",
            unique_id=slug,
            data={"kind": "account", "provider": slug, "settings": settings_of(slug)},
        )
    )


@pytest.mark.parametrize("slug", ["dyn", "inwx_dyndns"])
async def test_asks(hass: HomeAssistant, add_entry: AddEntry, slug: str) -> None:
    """The form says so, and goes on when a person agrees."""
    entry = await account_at(add_entry, slug)
    flow = await Flow.add_hostname(hass, entry)
    assert "deletes the record" in flow.placeholders["unsent"]
    assert "allow_one_family" not in flow.fields
    await flow.submit(hostname=HOME, ipv6=False)
    assert flow.errors == {"base": "other_family_deleted"}
    assert not entry.subentries
    await flow.submit(hostname=HOME, ipv6=False, allow_one_family=False)
    assert flow.errors == {"base": "other_family_deleted"}
    await flow.submit(hostname=HOME, ipv6=False, allow_one_family=True)
    [subentry] = entry.subentries.values()
    assert subentry.data["ipv6"] == "off"
    assert "allow_one_family" not in subentry.data

    # what was agreed once is not asked about again
    flow = await Flow.change_hostname(hass, entry, HOME)
    await flow.submit(hostname=HOME, ipv6=False)
    assert flow.reason == "reconfigure_successful"


async def test_switching_one_off_later(
    hass: HomeAssistant, add_entry: AddEntry
) -> None:
    """A hostname with both is asked about when one of them is switched off."""
    entry = await account_at(add_entry, "dyn")
    flow = await Flow.add_hostname(hass, entry)
    await flow.submit(hostname=HOME)
    flow = await Flow.change_hostname(hass, entry, HOME)
    await flow.submit(hostname=HOME, ipv4=False)
    assert flow.errors == {"base": "other_family_deleted"}
    await flow.submit(hostname=HOME, ipv4=False, allow_one_family=True)
    assert flow.reason == "reconfigure_successful"


async def test_elsewhere(hass: HomeAssistant, add_entry: AddEntry) -> None:
    """Where the provider does not say it the form tells that, and asks nothing."""
    entry = await account_at(add_entry, "dyndns2")
    flow = await Flow.add_hostname(hass, entry)
    assert "it does not say" in flow.placeholders["unsent"]
    await flow.submit(hostname=HOME, ipv6=False)
    [subentry] = entry.subentries.values()
    assert subentry.data["ipv6"] == "off"
