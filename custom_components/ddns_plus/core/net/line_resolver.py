"""Looking up names through one interface of this machine."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
import socket
from typing import override

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult
import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype

from ..address import Address, Family
from ..hostname import Hostname
from ..local_endpoint import LocalEndpoint, open_socket
from . import datagram
from .dns import dns_name
from .local_host import is_local

# Cloudflare's and OpenDNS' resolvers, of which others are sources of the address too
_SERVERS: Sequence[tuple[Address, int]] = (
    (ip_address("1.1.1.1"), 53),
    (ip_address("208.67.222.222"), 53),
    (ip_address("2606:4700:4700::1111"), 53),
)
_SERVER_SECONDS = 0.7
_FIRST_WAIT = 0.4
_LARGEST_ANSWER = 4096
_HOSTS = Path("/etc/hosts")


class LineResolver(AbstractResolver):
    """Resolver that asks public name servers through one interface.

    The system's resolver, which may be behind another line, is asked for names of the
    local network and of the hosts file, and for what the public servers do not tell.
    """

    def __init__(
        self, interface: str, servers: Sequence[tuple[Address, int]] = _SERVERS
    ) -> None:
        """Initialize with the name of the interface, and the servers with their ports."""
        self._endpoint = LocalEndpoint(interface=interface)
        self._servers = servers
        self._system = ThreadedResolver()

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a host. Raises OSError."""
        families = [
            each for each in Family if family in (socket.AF_UNSPEC, each.socket_family)
        ]
        found: list[Address] = []
        own = _is_address(host) or is_local(host)
        if not own and not await asyncio.to_thread(in_hosts_file, host):
            told = await asyncio.gather(*(self._ask(host, each) for each in families))
            found = [address for addresses in told for address in addresses]
        if not found:
            return await self._system.resolve(host, port, family)
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=Family.of(address).socket_family,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in found
        ]

    @override
    async def close(self) -> None:
        """Release the system's resolver."""
        await self._system.close()

    async def _ask(self, host: str, family: Family) -> Sequence[Address]:
        """Return the addresses that the first server tells, none if no server does."""
        try:
            name = dns_name(Hostname(host))
        except ValueError:
            return ()
        question = dns.message.make_query(name, family.record_type)
        for server, port in self._servers:
            try:
                async with asyncio.timeout(_SERVER_SECONDS):
                    answer = await self._exchange(question, server, port)
            except OSError:
                # includes TimeoutError
                continue
            if answer.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                return [
                    ip_address(record.address)
                    for held in answer.answer
                    if held.rdtype == dns.rdatatype.from_text(family.record_type)
                    for record in held
                ]
        return ()

    async def _exchange(
        self, question: dns.message.Message, server: Address, port: int
    ) -> dns.message.Message:
        """Return a server's response. Raises OSError."""

        def read(data: bytes) -> dns.message.Message | None:
            try:
                response = dns.message.from_wire(data)
            except dns.exception.DNSException, ValueError:
                return None
            return response if question.is_response(response) else None

        kind = socket.SOCK_DGRAM
        with open_socket(Family.of(server), kind, self._endpoint) as connected:
            connected.connect((str(server), port))
            return await datagram.exchange(
                connected,
                question.to_wire(),
                read,
                first_wait=_FIRST_WAIT,
                largest=_LARGEST_ANSWER,
            )


def in_hosts_file(host: str, path: Path = _HOSTS) -> bool:
    """Return True if the hosts file has a name; blocking."""
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    name = host.lower().rstrip(".")
    return any(name in line.partition("#")[0].lower().split()[1:] for line in lines)


def _is_address(host: str) -> bool:
    """Return True if a host is an address, for which there is nothing to look up."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
