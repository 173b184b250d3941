"""The internet of a lab: servers that tell the address, and a name server, one host."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from ipaddress import ip_address
from pathlib import Path
import threading
import time
from typing import Any, NamedTuple

from aiohttp import web
import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.rrset
from yarl import URL

from custom_components.ddns_plus.core.detection.catalog import SOURCES
from custom_components.ddns_plus.core.detection.methods import (
    DnsServer,
    Format,
    WebService,
)
from tests.real.bind import Bind
from tests.real.namespaces import Namespace

from .authority import Authority
from .canary import TSIG_SECRET

NAME_SERVER = "9.1.1.53"
NAME_SERVER_IPV6 = "2606:9999::53"
ZONE = "example.org"
_ECHO, _ECHO_IPV6 = "9.1.1.{}", "2606:9999::{}"
_HTTPS, _DNS_OVER_TLS = 443, 853
_LENGTH_BYTES = 2
_WATCH_SECONDS = 0.003
# how the name server logs each part of an update
_UPDATE = ": updating zone "

type Answer = Callable[[web.Request, str], Awaitable[web.StreamResponse]]


class Asked(NamedTuple):
    """A question to one of the services: when (time.monotonic), which, and who asked."""

    at: float
    service: str
    address: str
    program: str


class Outside:
    """What is on the other side of the router. Runs in a thread on a host of its own."""

    def __init__(self, host: Namespace, folder: Path) -> None:
        """Give every service an address of its own, in both families."""
        self._host = host
        self._folder = folder
        self.services = _web_services()
        self._dns_servers = _dns_servers()
        self.authority = Authority(folder)
        self.hosts = folder / "hosts"
        self.requests: list[Asked] = []
        # a host name whose service answers in its own way
        self.lies: dict[str, Answer] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started = threading.Event()
        self._over: asyncio.Event | None = None
        self._running: asyncio.Task[None] | None = None
        self.bind: Bind | None = None
        self._log_start = 0
        # whose certificate does not hold the name that is asked for
        self.strangers: set[str] = set()
        lines = ["127.0.0.1 localhost", "::1 localhost"]
        for number, name in enumerate(self.services, 1):
            lines += [
                f"{_ECHO.format(number)} {name}",
                f"{_ECHO_IPV6.format(number)} {name}",
            ]
        self.hosts.write_text("\n".join(lines) + "\n")

    def lay_addresses(self) -> None:
        """Put the addresses of all servers on the host."""
        for address in (NAME_SERVER, NAME_SERVER_IPV6):
            self._add(address)
        for number in range(1, len(self.services) + 1):
            self._add(_ECHO.format(number))
            self._add(_ECHO_IPV6.format(number))
        for server in self._dns_servers:
            self._add(str(server.server))

    def _add(self, address: str) -> None:
        length = ip_address(address).max_prefixlen
        self._host.ip("addr", "add", f"{address}/{length}", "dev", "lo")

    async def start(self) -> None:
        """Start the servers, and wait until they are there."""
        self._running = asyncio.create_task(self._host.call(self._serve))
        async with asyncio.timeout(30):
            while not self._started.is_set():
                if self._running.done():
                    self._running.result()
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Stop the servers."""
        if self._loop is not None and self._over is not None:
            self._loop.call_soon_threadsafe(self._over.set)
        if self._running is not None:
            await self._running

    async def do[ResultT](self, what: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Do something over there."""
        assert self._loop is not None
        return await asyncio.wrap_future(
            asyncio.run_coroutine_threadsafe(what, self._loop)
        )

    # ------------------------------------------------------------------ the name server

    async def published(
        self, hostname: str, record_type: str, address: str, seconds: float = 60
    ) -> float:
        """Return the moment (time.monotonic) at which the name server has an address.

        Raises TimeoutError when it has not got it after so many seconds.
        """
        return await self.do(_published(hostname, record_type, address, seconds))

    async def held(self, hostname: str, record_type: str) -> list[str]:
        """Return what the name server says."""
        return await self.do(_ask(hostname, record_type))

    async def updates(self) -> int:
        """Return how many updates have changed the zone since it was made."""
        [[serial]] = [line.split()[2:3] for line in await self.held(ZONE, "SOA")]
        return int(serial) - 1

    @property
    def updates_sent(self) -> int:
        """Return how many updates the name server was sent, with effect or without."""
        # each comes from a port of its own; one is logged in several lines
        return len(
            {
                line.split("/key ")[0].split()[-1]
                for line in self._log
                if _UPDATE in line
            }
        )

    def ever_held(self, record_type: str) -> set[str]:
        """Return all addresses that were published in this module, under whatever name."""
        found = set()
        for line in self._log:
            _, adding, record = line.partition("adding an RR at ")
            fields = record.split()
            if adding and fields[1] == record_type:
                found.add(fields[2])
        return found

    def forget_history(self) -> None:
        """Leave what was published before to the tests that published it."""
        assert self.bind is not None
        self._log_start = len(self.bind.log)

    @property
    def _log(self) -> Sequence[str]:
        assert self.bind is not None
        return tuple(self.bind.log)[self._log_start :]

    # ------------------------------------------------------------------ the servers

    async def _serve(self) -> None:
        """Serve until it is over."""
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        async with AsyncExitStack() as stack:
            folder = self._folder / "bind"
            folder.mkdir()
            self.bind = Bind(
                directory=folder, host=NAME_SERVER, port=53, secret=TSIG_SECRET
            )
            await self.bind.start()
            stack.push_async_callback(self.bind.stop)
            application = web.Application()
            application.router.add_get("/{path:.*}", self._answer)
            runner = web.AppRunner(application, access_log=None, shutdown_timeout=0)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            names = [*self.services, *(item.tls_name for item in self._dns_servers)]
            context = self.authority.context(
                [name for name in names if name], self.strangers
            )
            await web.TCPSite(runner, None, _HTTPS, ssl_context=context).start()
            for server in self._dns_servers:
                listening = await asyncio.start_server(
                    self._answer_dns,
                    str(server.server),
                    server.port or _DNS_OVER_TLS,
                    ssl=context,
                )
                stack.callback(listening.close)
            self._started.set()
            await self._over.wait()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        """Tell who asks, in the way of the service that is asked."""
        name, peer = request.host, str(ip_address(request.remote or ""))
        program = request.headers.get("User-Agent", "")
        self.requests.append(Asked(time.monotonic(), name, peer, program))
        if (lie := self.lies.get(name)) is not None:
            return await lie(request, peer)
        if self.services[name].format is Format.TRACE:
            return web.Response(text=f"h={name}\nip={peer}\nwarp=off\ngateway=off\n")
        return web.Response(text=f"{peer}\n")

    async def _answer_dns(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer one question that comes over TLS with the address of who asks."""
        peer = str(ip_address(writer.get_extra_info("peername")[0]))
        try:
            length = int.from_bytes(await reader.readexactly(_LENGTH_BYTES))
            query = dns.message.from_wire(await reader.readexactly(length))
            [asked] = query.question
            self.requests.append(
                Asked(time.monotonic(), asked.name.to_text(True), peer, "dns")
            )
            response = dns.message.make_response(query, recursion_available=True)
            response.answer.append(
                dns.rrset.from_text(asked.name, 0, asked.rdclass, asked.rdtype, peer)
            )
            wire = response.to_wire()
            writer.write(len(wire).to_bytes(_LENGTH_BYTES) + wire)
            await writer.drain()
        except OSError, EOFError, dns.exception.DNSException, ValueError:
            # who asked did not wait, or talks something else
            pass
        finally:
            writer.close()


async def silence(request: web.Request, address: str) -> web.StreamResponse:
    """Take the request, and do not answer as long as anybody waits."""
    await asyncio.sleep(60)
    return web.Response(text=address)


def _web_services() -> dict[str, WebService]:
    """Return the web services of the table by their host names."""
    methods = [
        method for source in SOURCES.values() for method in (source.ipv4, source.ipv6)
    ]
    return {
        str(URL(method.url).host): method
        for method in methods
        if isinstance(method, WebService)
    }


def _dns_servers() -> list[DnsServer]:
    """Return the DNS servers of the table that are asked over TLS."""
    methods = [
        method for source in SOURCES.values() for method in (source.ipv4, source.ipv6)
    ]
    return [
        method
        for method in methods
        if isinstance(method, DnsServer) and method.tls_name
    ]


async def _published(
    hostname: str, record_type: str, address: str, seconds: float
) -> float:
    """Return the moment at which the name server has an address."""
    held: list[str] = []
    try:
        async with asyncio.timeout(seconds):
            while (held := await _ask(hostname, record_type)) != [address]:
                await asyncio.sleep(_WATCH_SECONDS)
    except TimeoutError:
        raise TimeoutError(
            f"after {seconds} s {hostname} is {held}, not {address}"
        ) from None
    return time.monotonic()


async def _ask(hostname: str, record_type: str) -> list[str]:
    """Return what the name server has for a hostname."""
    query = dns.message.make_query(hostname, record_type)
    answer = await dns.asyncquery.udp(query, NAME_SERVER, timeout=2)
    return sorted(str(item) for rrset in answer.answer for item in rrset)
