"""A hostname for another machine of the network, told by its address."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry
from tests.flow_driver import Flow
from tests.flows.test_hostname_flow import NAS, data_of

pytestmark = pytest.mark.usefixtures("connected")


@pytest.fixture
async def entry(add_entry: AddEntry, account_entry: MockConfigEntry) -> MockConfigEntry:
    """Return an account whose hostname is published."""
    return await add_entry(account_entry)


@pytest.mark.parametrize(
    ("typed", "length", "stored"),
    [
        ("::42", 64, "::42"),
        ("2606:2800:220:7::42", 64, "::42"),
        (" 2606:2800:220:7::42/64 ", 64, "::42"),
        ("2606:2800:220:7::42/64", 56, "::7:0:0:0:42"),
        ("::7:0:0:0:42", 48, "::7:0:0:0:42"),
        ("AA:BB:CC:DD:EE:FF", 64, "AA:BB:CC:DD:EE:FF"),
    ],
)
async def test_another_machine_is_told_by_its_address(
    hass: HomeAssistant, entry: MockConfigEntry, typed: str, length: int, stored: str
) -> None:
    """Of an address that is pasted whole, what is behind the prefix is kept."""
    advanced = {"ipv6_suffix": typed, "ipv6_prefix_length": length}
    flow = await Flow.add_hostname(hass, entry)
    await flow.submit(hostname=NAS, advanced=advanced)
    assert data_of(entry, NAS)["ipv6_suffix"] == stored
    # the length of nearly every home needs not be stored
    assert data_of(entry, NAS).get("ipv6_prefix_length", 64) == length
    flow = await Flow.change_hostname(hass, entry, NAS)
    assert flow.filled["advanced"]["ipv6_suffix"] == stored
    before = data_of(entry, NAS)
    await flow.submit(**flow.filled)
    assert data_of(entry, NAS) == before


@pytest.mark.parametrize(
    ("typed", "length"),
    [
        # the subnet is a part of the prefix
        ("::7:0:0:0:42", 64),
        ("2606:2800:220:7::", 64),
        ("2606:2800:220:7::42/129", 64),
        ("2606:2800:220:7::42 nas", 64),
        ("fe80::42", 64),
        ("fe80::42%eth0", 64),
        ("2001:db8::42", 64),
        ("192.168.1.2", 64),
        ("::", 64),
    ],
)
async def test_what_is_no_address_of_a_machine(
    hass: HomeAssistant, entry: MockConfigEntry, typed: str, length: int
) -> None:
    """It comes back as it was typed, and can be corrected."""
    advanced = {"ipv6_suffix": typed, "ipv6_prefix_length": length}
    flow = await Flow.add_hostname(hass, entry)
    await flow.submit(hostname=NAS, advanced=advanced)
    is_address = ":" in typed and " " not in typed and "/129" not in typed
    is_whole = is_address and not typed.startswith("::")
    key = "ipv6_suffix_not_public" if is_whole else "invalid_ipv6_suffix"
    assert flow.errors == {"advanced": key}
    assert flow.filled["advanced"] == advanced
    await flow.submit(hostname=NAS, advanced=advanced | {"ipv6_suffix": "::42"})
    assert data_of(entry, NAS)["ipv6_suffix"] == "::42"


@pytest.mark.parametrize("length", [47, 65])
async def test_prefix_length_is_that_of_a_home(
    hass: HomeAssistant, entry: MockConfigEntry, length: int
) -> None:
    """The form itself knows the shortest and the longest."""
    flow = await Flow.add_hostname(hass, entry)
    advanced = {"ipv6_suffix": "::42", "ipv6_prefix_length": length}
    await flow.submit(hostname=NAS, advanced=advanced)
    assert flow.errors == {"advanced": "ipv6_prefix_length_not_allowed"}
