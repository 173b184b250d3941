"""Tests of asking real DNS servers from behind a router, and behind one that intercepts."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path
import ssl
import time

import dns.message
import dns.rrset
import pytest
import pytest_socket

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.catalog import SOURCES
from custom_components.ddns_plus.core.detection.echo.dns import DnsSource
from custom_components.ddns_plus.core.detection.methods import DnsServer
from custom_components.ddns_plus.core.detection.source import SourceError
from tests.core.detection.certificates import self_signed

from .namespaces import Namespace, require
from .router import WAN_ADDRESS, RouterLab, router_lab

pytestmark = pytest.mark.real

SERVER = "208.67.222.222"
NAME = "myip.opendns.com"
RESOLVER = "9.9.9.2"
_READY_SECONDS = 15
_KNOT = """\
server:
    listen: [ {server}@53 ]
    rundir: {folder}
log:
  - target: stdout
    any: info
database:
    storage: {folder}
template:
  - id: default
    storage: {folder}
zone:
  - domain: {name}
    file: whoami.zone
    module: mod-whoami
"""
_ZONE = """\
$TTL 1
@ SOA ns hostmaster 1 60 60 60 60
@ NS ns
ns A {server}
"""
_UNBOUND = """\
server:
  interface: {resolver}
  outgoing-interface: {resolver}
  access-control: 0.0.0.0/0 {access}
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: "{folder}/unbound.pid"
  use-syslog: no
  logfile: ""
  do-not-query-localhost: no
  module-config: "iterator"
  cache-min-ttl: 60
stub-zone:
  name: "{name}"
  stub-addr: {server}
remote-control:
  control-enable: no
"""


@pytest.fixture
def lab(socket_enabled: None, tmp_path: Path) -> Iterator[RouterLab]:
    """Return a home behind a router; whoever is outside tells the address that it sees."""
    require("knotd", "kdig", "unbound")
    pytest_socket.socket_allow_hosts(["127.0.0.1", SERVER])
    with router_lab(tmp_path) as lab:
        for address in (SERVER, RESOLVER):
            lab.isp.ip("addr", "add", f"{address}/32", "dev", "lo")
        (tmp_path / "whoami.zone").write_text(_ZONE.format(server=SERVER))
        settings = tmp_path / "knot.conf"
        settings.write_text(_KNOT.format(server=SERVER, folder=tmp_path, name=NAME))
        log = tmp_path / "knot.log"
        lab.isp.start("knotd", "-c", str(settings), log=log)
        wait_until(lambda: lookup(lab.home) == WAN_ADDRESS, log)
        yield lab


def lookup(host: Namespace, server: str = SERVER) -> str:
    """Return what an ordinary program is answered, "" for nothing."""
    try:
        found = host.run("kdig", "+short", "+time=1", "+retry=0", f"@{server}", NAME)
    except RuntimeError:
        return ""
    return found.strip()


def wait_until(ready: Callable[[], bool], log: Path) -> None:
    """Wait for a server that begins, and show what it said if it does not."""
    end = time.monotonic() + _READY_SECONDS
    while not ready():
        assert time.monotonic() < end, log.read_text(errors="replace")
        time.sleep(0.05)


def intercept(lab: RouterLab, folder: Path, access: str) -> None:
    """Let the router hand all DNS queries to a resolver of the provider's."""
    settings = folder / "unbound.conf"
    settings.write_text(
        _UNBOUND.format(
            resolver=RESOLVER, server=SERVER, folder=folder, name=NAME, access=access
        )
    )
    log = folder / "unbound.log"
    lab.isp.start("unbound", "-d", "-c", str(settings), log=log)
    wait_until(lambda: lookup(lab.home, RESOLVER) == RESOLVER, log)
    lab.router.nft(
        "add chain ip nat intercept { type nat hook prerouting priority -100 ; }",
        f"add rule ip nat intercept udp dport 53 dnat to {RESOLVER}",
    )


async def ask(lab: RouterLab, context: ssl.SSLContext | None = None) -> Address | str:
    """Return the server's answer, or its failure; over TLS with a context for that."""
    method = SOURCES["opendns"].ipv4
    assert isinstance(method, DnsServer)
    assert str(method.server) == SERVER
    method = replace(method, tls_name=None if context is None else SERVER)
    used = context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    source = DnsSource("opendns", "cisco", method, used)
    try:
        return await lab.home.call(lambda: source.ask(Family.IPV4))
    except SourceError as err:
        return str(err)


@pytest.mark.parametrize("access", ["allow", "allow_snoop"])
async def test_an_interceptor_is_noticed(
    lab: RouterLab, tmp_path: Path, access: str
) -> None:
    """Its lie is a public address, for everybody who does not look twice.

    Resolvers refuse questions without recursion, or answer them from what they know.
    """
    assert await ask(lab) == ip_address(WAN_ADDRESS)
    intercept(lab, tmp_path, access)
    # the resolver's own address, in the name of the server that was asked
    assert lookup(lab.home) == RESOLVER
    assert await ask(lab) == "intercepted"
    lab.router.nft("flush chain ip nat intercept")
    assert await ask(lab) == ip_address(WAN_ADDRESS)


async def test_over_tls_nobody_can_intercept(lab: RouterLab, tmp_path: Path) -> None:
    """Behind the same router the address is told, and a stranger's certificate refused."""
    intercept(lab, tmp_path, "allow")
    context, certificate = self_signed(SERVER, datetime.now(UTC) - timedelta(days=1))
    async with tls_server(lab.isp, context):
        believing = ssl.create_default_context(cadata=certificate)
        assert await ask(lab, believing) == ip_address(WAN_ADDRESS)
        assert await ask(lab, ssl.create_default_context()) == "tls_failed"
        assert await ask(lab) == "intercepted"


async def test_a_new_address_is_told_at_once(lab: RouterLab) -> None:
    """Each question has a socket of its own: none remembers the old way."""
    assert await ask(lab) == ip_address(WAN_ADDRESS)
    lab.set_wan_address("11.22.44.55")
    assert await ask(lab) == ip_address("11.22.44.55")


@asynccontextmanager
async def tls_server(host: Namespace, context: ssl.SSLContext) -> AsyncGenerator[None]:
    """Run a resolver on a host that tells over TLS who asks it."""
    loop = asyncio.get_running_loop()
    # how to stop it, from here: it runs in a loop of its own
    started: asyncio.Future[Callable[[], object]] = loop.create_future()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            length = int.from_bytes(await reader.readexactly(2))
            query = dns.message.from_wire(await reader.readexactly(length))
            response = dns.message.make_response(query, recursion_available=True)
            client = writer.get_extra_info("peername")[0]
            name = query.question[0].name
            response.answer = [dns.rrset.from_text(name, 0, "IN", "A", client)]
            data = response.to_wire()
            writer.write(len(data).to_bytes(2) + data)
            await writer.drain()
        finally:
            writer.close()

    async def serve() -> None:
        there, over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(talk, SERVER, 853, ssl=context)
        stop = partial(there.call_soon_threadsafe, over.set)
        loop.call_soon_threadsafe(started.set_result, stop)
        await over.wait()
        server.close()

    running = asyncio.ensure_future(host.call(serve))
    await asyncio.wait([running, started], return_when=asyncio.FIRST_COMPLETED)
    if not started.done():
        await running
    try:
        yield
    finally:
        started.result()()
        await running
