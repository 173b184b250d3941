"""Tests of looking up names through an interface."""

from ipaddress import ip_address
from pathlib import Path
import socket

import dns.message
import dns.rcode
import pytest

from custom_components.ddns_plus.core.net.line_resolver import (
    LineResolver,
    in_hosts_file,
)

from .dns_server import ScriptedServer, holds, reply, running, silent

pytestmark = pytest.mark.usefixtures("loopback")

NAME = "echo.example.net"
SYSTEM = "10.9.8.7"


@pytest.fixture(autouse=True)
def system(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the system's resolver know every name; return what it was asked for."""
    asked: list[str] = []

    def look_up(host: str, port: int, *_: object, **__: object) -> object:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (SYSTEM, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


async def look_up(
    *servers: ScriptedServer, name: str = NAME, interface: str = "lo"
) -> list[str]:
    """Return the addresses of a name."""
    at = [(ip_address("127.0.0.1"), server.port) for server in servers]
    resolver = LineResolver(interface, at)
    found = await resolver.resolve(name, 443)
    await resolver.close()
    assert all(each["port"] == 443 and each["hostname"] == name for each in found)
    return [each["host"] for each in found]


async def test_servers_are_asked_through_the_interface(system: list[str]) -> None:
    """The system's resolver, which another line may lead to, is not."""
    async with running(ScriptedServer(udp=holds("11.1.2.3", "11.1.2.4"))) as server:
        assert sorted(await look_up(server)) == ["11.1.2.3", "11.1.2.4"]
        assert len(server.queries) == 1
        assert system == []
        # nothing is sent without the interface
        assert await look_up(server, interface="missing0") == [SYSTEM]
        assert len(server.queries) == 1


async def test_next_server_is_asked(system: list[str]) -> None:
    """Silence and a refusal are no answer; a name that is an alias has one."""

    def alias(query: dns.message.Message) -> list[bytes]:
        records = (f"{NAME}. 60 CNAME other.example.", "other.example. 60 A 11.1.2.3")
        return [reply(query, *records).to_wire()]

    async with (
        running(ScriptedServer(udp=silent)) as mute,
        running(ScriptedServer(udp=holds(rcode=dns.rcode.REFUSED))) as refusing,
        running(ScriptedServer(udp=alias)) as knowing,
    ):
        assert await look_up(mute, refusing, knowing) == ["11.1.2.3"]
        assert system == []


async def test_what_only_the_system_knows(system: list[str]) -> None:
    """A name of the house is looked up there at once, another one that is unknown then."""
    nothing = holds(rcode=dns.rcode.NXDOMAIN)
    async with running(ScriptedServer(udp=nothing)) as server:
        for name in ("router.lan", "nas", "echo.local"):
            assert await look_up(server, name=name) == [SYSTEM]
        assert server.queries == []
        assert await look_up(server) == [SYSTEM]
        assert len(server.queries) == 1
    assert system == ["router.lan", "nas", "echo.local", NAME]


def test_hosts_file(tmp_path: Path) -> None:
    """Its names are the system's."""
    path = tmp_path / "hosts"
    assert not in_hosts_file(NAME, path)
    path.write_text(f"10.0.0.5\tnas {NAME.upper()} # other.example\n")
    assert in_hosts_file(f"{NAME}.", path)
    assert in_hosts_file("nas", path)
    assert not in_hosts_file("other.example", path)
    assert not in_hosts_file("10.0.0.5", path)
