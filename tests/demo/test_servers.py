"""The demo's servers together: ports, and what is kept from one run to the next."""

from pathlib import Path
import socket
import stat

import aiohttp
import pytest

from scripts.demo import keep
from scripts.demo.ports import bind, free_port, has_address
from scripts.demo.servers import DemoServers, Ports
from scripts.demo.set_up import behind, wait_until_followed
from scripts.demo.state import Family
from tests.loopback import needs_second_loopback

BOTH = (socket.SOCK_STREAM, socket.SOCK_DGRAM)


def test_taken_port_is_avoided(socket_enabled: None) -> None:
    """A wished port that is taken gives another one."""
    (taken,) = bind(["127.0.0.1"], 0)
    with taken:
        port = taken.getsockname()[1]
        (other,) = bind(["127.0.0.1"], port)
        with other:
            assert other.getsockname()[1] != port
        assert free_port(port) != port
    assert free_port(port) == port


@needs_second_loopback
def test_one_port_for_all(socket_enabled: None) -> None:
    """UDP and TCP, on several addresses, share one number."""
    sockets = bind(["127.0.0.1", "127.0.0.2"], 0, BOTH)
    try:
        assert len(sockets) == 4
        assert len({bound.getsockname()[1] for bound in sockets}) == 1
    finally:
        for bound in sockets:
            bound.close()


def test_missing_address(socket_enabled: None) -> None:
    """An address that this machine has not is an error, not an endless search."""
    assert not has_address("192.0.2.1")
    with pytest.raises(OSError):
        bind(["127.0.0.1", "192.0.2.1"], 0)


async def test_ports_are_free_again(demo: DemoServers) -> None:
    """Every start gets what it asks for, right after the last one ended."""
    async with DemoServers(Ports.any_free()) as first:
        ports = first.ports
    async with DemoServers(ports) as second:
        assert second.ports == ports
        assert second.secret != first.secret


async def test_kept_servers_know_everything(demo: DemoServers, tmp_path: Path) -> None:
    """Addresses, records, secrets and ports survive; only the owner may read the file."""
    path = tmp_path / "servers.json"
    address = demo.state.new_address(Family.IPV4)
    demo.state.set_addresses({Family.IPV4: address})
    demo.dyndns2.holdings["vpn.dyndns.demo.test"].take({Family.IPV4: address})
    keep.save(demo, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    kept = keep.load(path)
    assert (kept.secret, kept.password, kept.ports) == (
        demo.secret,
        demo.password,
        demo.ports,
    )
    assert kept.state.addresses == demo.state.addresses
    assert list(kept.zone.records()) == list(demo.zone.records())
    assert kept.dyndns2.holdings["vpn.dyndns.demo.test"].ipv4 == address


async def test_behind_names_what_does_not_follow(
    demo: DemoServers, session: aiohttp.ClientSession
) -> None:
    """What is not published is named; nothing is left when all hold the address."""
    addresses = dict(demo.state.addresses)
    assert "nas.demo.test IPv4" in behind(demo)
    assert "camera.dyndns.demo.test IPv4" in await wait_until_followed(demo, 0)
    for holding in demo.dyndns2.holdings.values():
        holding.take(
            {family: address for family, address in addresses.items() if address}
        )
    assert all(".dyndns." not in name for name in behind(demo))
