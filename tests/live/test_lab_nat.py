"""Homes whose address is not theirs alone, or not what the outside sees, in both families."""

from collections.abc import Callable
from ipaddress import IPv6Network

import pytest

from tests.core.detection.router.fake_gateway_device import Connection, prefix_answer
from tests.real.router import WAN_ADDRESS

from .home import until
from .lab import CONNECTION, HOME_PREFIX, Lab
from .outside import ZONE
from .router_programs import Program, gateway_device, nat_pmp, upnp

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]

HOSTNAME, SHARING, PRINTER = f"nat.{ZONE}", f"sharing.{ZONE}", f"printer.{ZONE}"
TRANSLATED = f"translated.{ZONE}"
ONLINE = f"binary_sensor.{CONNECTION}_online"
CARRIER_GRADE_NAT = f"binary_sensor.{CONNECTION}_carrier_grade_nat"
PREFIX = f"sensor.{CONNECTION}_ipv6_prefix"
# of carrier-grade NAT (RFC 6598), and of DS-Lite (RFC 6333)
SHARED, DS_LITE = "100.64.0.2", "192.0.0.2"
SEEN = "11.22.33.98"
PUSHED_SECONDS = 20
NO_DOTS = str.maketrans("._", "--")
# what the router makes of the home's IPv6 addresses
NETWORK = IPv6Network("2606:aa00:1:9::/64")
GIVEN, GIVEN_LATER = "2606:aa00:1:100::", "2606:aa00:1:200::"


def by_upnp(address: str) -> Program:
    """Be a router that tells this address by UPnP, as many do whatever it is."""
    return upnp(gateway_device(Connection(address=address)))


@pytest.mark.parametrize(
    ("speak", "address"),
    [
        pytest.param(nat_pmp, DS_LITE, id="DS-Lite by NAT-PMP"),
        pytest.param(by_upnp, DS_LITE, id="DS-Lite by UPnP"),
        pytest.param(by_upnp, SHARED, id="carrier-grade NAT by UPnP"),
    ],
)
async def test_shared_address(
    lab: Lab, speak: Callable[[str], Program], address: str
) -> None:
    """It is held back at first; the person is told so, and can have it published."""
    await lab.remove_all()
    hostname = f"{speak.__name__}-{address}".translate(NO_DOTS) + f".{ZONE}"
    lab.router.set_wan_address(address, 29)
    lab.translate(address, SEEN)
    async with lab.router_is(lambda: speak(address)):
        await lab.add_account(hostname)
        await lab.outside.published(hostname, "AAAA", await lab.stable_address())
        await lab.check()
        await lab.check()
        await lab.until_issues("carrier_grade_nat")
        issue = (await lab.issues())["carrier_grade_nat"]
        assert issue["translation_key"] == "carrier_grade_nat_held_back"
        await lab.until_state(CARRIER_GRADE_NAT, "on")
        assert await lab.outside.held(hostname, "A") == []
        await lab.fix("carrier_grade_nat", "accept_shared")
        await lab.outside.published(hostname, "A", SEEN)
        await lab.until_issues()
    lab.see_as_it_is()


async def test_address_that_becomes_shared(lab: Lab) -> None:
    """A record that is there follows, and the person is told that it leads nowhere."""
    await lab.begin_anew()
    await lab.add_account(SHARING)
    await lab.outside.published(SHARING, "A", WAN_ADDRESS)
    lab.router.set_wan_address(DS_LITE, 29)
    lab.translate(DS_LITE, SEEN)
    async with lab.router_is(lambda: by_upnp(DS_LITE)):
        await lab.check()
        await lab.outside.published(SHARING, "A", SEEN)
        await lab.check()
        await lab.until_issues("carrier_grade_nat")
        issue = (await lab.issues())["carrier_grade_nat"]
        assert issue["translation_key"] == "carrier_grade_nat"
        await lab.fix("carrier_grade_nat", "accept_shared")
        await lab.check()
        await lab.until_state(CARRIER_GRADE_NAT, "on")
    lab.see_as_it_is()


async def test_translated_ipv6(lab: Lab) -> None:
    """An address that this machine does not have is published only on request."""
    await lab.begin_anew()
    lab.router.router.nft(
        "add table ip6 nat",
        "add chain ip6 nat post { type nat hook postrouting priority 100 ; }",
        f"add rule ip6 nat post oifname wan0 ip6 saddr {HOME_PREFIX}::/64"
        f" snat to {NETWORK[0x66]}",
    )
    await lab.add_account(TRANSLATED)
    await lab.outside.published(TRANSLATED, "A", WAN_ADDRESS)
    await lab.check()
    await lab.until_issues("ipv6_translated")
    assert await lab.outside.held(TRANSLATED, "AAAA") == []
    await lab.fix("ipv6_translated", "accept_translated")
    await lab.outside.published(TRANSLATED, "AAAA", str(NETWORK[0x66]))
    await lab.until_issues()
    lab.router.router.nft("delete table ip6 nat")
    await lab.check()
    await lab.outside.published(TRANSLATED, "AAAA", await lab.stable_address())


async def test_prefix_that_only_the_router_knows(lab: Lab) -> None:
    """Where Home Assistant has no IPv6, other machines follow what AVM's routers tell."""
    await lab.begin_anew()
    lab.take_ipv6_away()
    lab.router.set_wan_address(WAN_ADDRESS)
    connection = Connection(
        address=WAN_ADDRESS,
        more={
            "X_AVM_DE_GetIPv6Prefix": prefix_answer(GIVEN),
            "X_AVM_DE_GetExternalIPv6Address": {
                "NewExternalIPv6Address": "2606:aa00::77"
            },
        },
    )
    device = gateway_device(connection)
    async with lab.router_is(lambda: upnp(device)) as elsewhere:
        account = await lab.add_account(HOSTNAME, ipv6=False)
        await lab.outside.published(HOSTNAME, "A", WAN_ADDRESS)
        await lab.add_hostname(
            account,
            PRINTER,
            ipv4=False,
            ipv6_suffix="::7:0:0:0:42",
            ipv6_prefix_length=56,
        )
        await lab.outside.published(PRINTER, "AAAA", "2606:aa00:1:107::42")
        await lab.until_state(PREFIX, f"{GIVEN}/56")
        assert "X_AVM_DE_GetIPv6Prefix" in device.asked
        await until(lab.diagnostics, lambda found: found["push"]["upnp"])

        connection.more["X_AVM_DE_GetIPv6Prefix"] = prefix_answer(GIVEN_LATER)
        await elsewhere.do(device.send_event(IPv6Prefix=GIVEN_LATER))
        await lab.outside.published(
            PRINTER, "AAAA", "2606:aa00:1:207::42", PUSHED_SECONDS
        )
        await lab.until_state(PREFIX, f"{GIVEN_LATER}/56")
    lab.advertise(HOME_PREFIX)


async def test_nobody_was_worried(lab: Lab) -> None:
    """Nothing of that was ever published, nor is in the log what would worry a person."""
    never = {SHARED, DS_LITE, "2606:aa00::77"}
    assert not never & (lab.outside.ever_held("A") | lab.outside.ever_held("AAAA"))
    assert lab.complaints() == []
