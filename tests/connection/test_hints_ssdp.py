"""What a router announces of itself by SSDP: a hint when it goes, and when it has restarted."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime
from ipaddress import IPv4Address

from async_upnp_client.const import SsdpSource
from async_upnp_client.utils import CaseInsensitiveDict
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.connection.hints import HintChannels
from custom_components.ddns_plus.connection.options import ConnectionOptions
from custom_components.ddns_plus.connection.sources import (
    ConnectionSources,
    async_http_options,
)
from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.address import Family
from homeassistant.components import ssdp
from homeassistant.components.ssdp.const import SSDP_SCANNER
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

GATEWAY = IPv4Address("192.168.1.1")
ROUTER, ROUTER_AS_WELL, SPEAKER = "uuid:router", "uuid:router-2", "uuid:speaker"
ROOT = "upnp:rootdevice"
DEVICE = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
OTHER_DEVICE = "urn:schemas-upnp-org:device:MediaRenderer:1"


class Network:
    """A network in which devices announce themselves, as Home Assistant hears it."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin without any device, and with nobody who listens."""
        self.hints: list[frozenset[Family]] = []
        self._hass = hass
        self._scanner = hass.data[ssdp.DOMAIN][SSDP_SCANNER]

    async def listen(self) -> HintChannels:
        """Have a connection listen from now on."""
        options = ConnectionOptions.from_mapping({})
        http = await async_http_options(self._hass)
        push = HintChannels(
            self._hass,
            MockConfigEntry(domain=DOMAIN, title="Internet connection"),
            options,
            ConnectionSources(self._hass, options, http),
            self.hints.append,
        )
        push.async_start()
        await self._hass.async_block_till_done(wait_background_tasks=True)
        return push

    async def announce(
        self,
        udn: str,
        *,
        host: str = str(GATEWAY),
        names: tuple[str, ...] = (ROOT, DEVICE),
        boot_id: str | None = "1",
        leave: bool = False,
    ) -> None:
        """Have a device announce itself in its names, or take leave in them."""
        boot = {} if boot_id is None else {"BOOTID.UPNP.ORG": boot_id}
        kind = {"NTS": "ssdp:byebye" if leave else "ssdp:alive"}
        if not leave:
            kind |= {"LOCATION": f"http://{host}:5000/", "CACHE-CONTROL": "max-age=90"}
        for name in names:
            headers = CaseInsensitiveDict(
                {**kind, **boot, "NT": name, "USN": f"{udn}::{name}"},
                _udn=udn,
                _timestamp=datetime.now(),
            )
            tracker = self._scanner._device_tracker
            see = tracker.unsee_advertisement if leave else tracker.see_advertisement
            is_told, device, device_type = see(headers)
            if is_told:
                source = SsdpSource[f"ADVERTISEMENT_{'BYEBYE' if leave else 'ALIVE'}"]
                self._scanner._ssdp_listener_callback(device, device_type, source)
            await self._hass.async_block_till_done(wait_background_tasks=True)


class NoDescriptions:
    """Knows nothing of any device but what it announces."""

    def peek_description_dict(self, _location: str) -> tuple[bool, dict[str, str]]:
        """Return that it was asked for, in vain."""
        return True, {}

    async def async_get_description_dict(self, _location: str) -> None:
        """Return nothing."""


@pytest.fixture
async def network(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Network:
    """Return a network in a Home Assistant that opens no socket for it."""

    async def nothing(*_: object) -> None:
        """Open no socket, ask nobody."""

    async def no_discovery(_: HomeAssistant) -> dict[str, list[dict[str, str]]]:
        return {}

    component, ours = ssdp.__name__, HintChannels.__module__
    monkeypatch.setattr(f"{component}.Scanner.async_start", nothing)
    monkeypatch.setattr(f"{component}.Server.async_start", nothing)
    monkeypatch.setattr(f"{component}.async_get_ssdp", no_discovery)
    for listener in ("AddressMonitor", "AnnouncementListener", "EventSubscription"):
        monkeypatch.setattr(f"{ours}.{listener}.start", nothing)
    monkeypatch.setattr(
        f"{ConnectionSources.__module__}.default_gateway", lambda _: GATEWAY
    )
    assert await async_setup_component(hass, ssdp.DOMAIN, {})
    hass.data[ssdp.DOMAIN][SSDP_SCANNER]._description_cache = NoDescriptions()
    return Network(hass)


@pytest.fixture
async def push(network: Network) -> AsyncGenerator[HintChannels]:
    """Return a connection that listens."""
    push = await network.listen()
    yield push
    await push.async_stop()


async def test_router_takes_leave(network: Network, push: HintChannels) -> None:
    """It does so in all of its names, of which Home Assistant tells the first."""
    await network.announce(ROUTER)
    assert network.hints == []
    await network.announce(ROUTER, leave=True)
    assert network.hints == [{Family.IPV4}]
    await network.announce(ROUTER)
    await network.announce(ROUTER, leave=True, boot_id=None)
    assert len(network.hints) == 2


async def test_router_comes_back_without_a_word(
    network: Network, push: HintChannels
) -> None:
    """Another boot id tells that it was gone; the same one again tells nothing."""
    for boot_id in ("1", "1", None, "1"):
        await network.announce(ROUTER, boot_id=boot_id)
    assert network.hints == []
    await network.announce(ROUTER, boot_id="2")
    assert network.hints == [{Family.IPV4}]
    await network.announce(ROUTER, boot_id="2")
    assert len(network.hints) == 1


async def test_router_that_is_two_devices(network: Network, push: HintChannels) -> None:
    """As a gateway of version 1 and of version 2: each has restarts of its own."""
    for _ in range(3):
        await network.announce(ROUTER, boot_id="1")
        await network.announce(ROUTER_AS_WELL, boot_id="7")
    assert network.hints == []
    await network.announce(ROUTER_AS_WELL, boot_id="8")
    assert network.hints == [{Family.IPV4}]


async def test_router_that_was_there_before(network: Network) -> None:
    """Whoever begins to listen later hears of it all the same, and no more when it stops."""
    await network.announce(ROUTER)
    push = await network.listen()
    await network.announce(ROUTER, boot_id="2")
    assert len(network.hints) == 1
    await push.async_stop()
    await network.announce(ROUTER, leave=True)
    assert len(network.hints) == 1


@pytest.mark.parametrize(
    ("host", "names"),
    [
        pytest.param("192.168.1.9", (ROOT, DEVICE), id="another router"),
        pytest.param(str(GATEWAY), (ROOT, OTHER_DEVICE), id="another kind"),
        pytest.param("192.168.1.9", (ROOT, OTHER_DEVICE), id="another device"),
    ],
)
async def test_others_are_of_no_interest(
    network: Network,
    push: HintChannels,
    host: str,
    names: tuple[str, ...],
) -> None:
    """What does not describe itself as a gateway at the router's address is no hint."""
    await network.announce(ROUTER)
    await network.announce(SPEAKER, host=host, names=names)
    await network.announce(SPEAKER, host=host, names=names, boot_id="2")
    await network.announce(SPEAKER, host=host, names=names, leave=True)
    assert network.hints == []


async def test_router_that_has_another_name_after_each_restart(
    network: Network, push: HintChannels
) -> None:
    """It is heard all the same, however often that was."""
    for number in range(20):
        udn = f"uuid:restart-{number}"
        await network.announce(udn)
        network.hints.clear()
        await network.announce(udn, leave=True)
        assert network.hints == [{Family.IPV4}]


async def test_a_crowd_of_routers_is_not_listened_to(
    network: Network, push: HintChannels
) -> None:
    """Anybody can invent devices at the router's address, but not for ever."""
    await asyncio.gather(*(network.announce(f"uuid:{n}") for n in range(50)))
    assert len(push._devices) == len(push._boot_ids) <= 8
    assert push.channels()["ssdp"]
    assert network.hints == []
