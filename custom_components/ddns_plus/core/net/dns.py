"""Authoritative DNS queries, through dnspython."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from itertools import cycle, islice
import socket

import dns._asyncio_backend  # dnspython imports it at first use, which would block the loop
import dns.asyncbackend
import dns.asyncquery
import dns.asyncresolver
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype

from ..address import Address, Family, publishable
from ..hostname import Hostname

# the classes of the record types are otherwise imported one by one when first met
dns.rdata.load_all_types()  # type: ignore[no-untyped-call]

_BACKEND = dns.asyncbackend.get_backend("asyncio")
_PORT = 53
_SERVERS_ASKED = 4
_TRIES = 2
# RFC 6761, 6762, 7686, 8375; "internal" by ICANN: no server on the internet has these
_NEVER_DELEGATED = tuple(
    Hostname(name)
    for name in (
        "example",
        "home.arpa",
        "internal",
        "invalid",
        "local",
        "localhost",
        "onion",
        "test",
    )
)
_SERVER_TIMEOUT = timedelta(seconds=2)

# what stands at a name, of the family's record type
type Question = tuple[Hostname, Family]


@dataclass(frozen=True, slots=True, kw_only=True)
class NameServer:
    """A DNS server; `host` is an address or a name."""

    host: str
    port: int = _PORT


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSet:
    """The records of one type that an authoritative server holds at a name.

    `alias` says that a CNAME record stands there instead; `ttl` is in seconds.
    """

    addresses: frozenset[Address] = frozenset()
    ttl: int | None = None
    alias: bool = False


async def authoritative_answer(
    hostname: Hostname,
    family: Family,
    servers: Sequence[NameServer] | None = None,
    *,
    timeout: timedelta = timedelta(seconds=5),
) -> frozenset[Address] | None:
    """Return the addresses that the authoritative servers hold now, None if unclear.

    Unclear is: no server answers with authority, they disagree, or a CNAME stands at
    the name. Without `servers`, which the user named, those of the zone are looked up.
    No resolver is ever trusted with the addresses themselves. Never raises.
    Source: RFC 1034, 1035.
    """
    deadline = asyncio.get_running_loop().time() + timeout.total_seconds()
    named = servers is not None
    if servers is None:
        try:
            async with asyncio.timeout_at(deadline):
                servers = await _zone_servers(hostname)
        except TimeoutError, OSError, ValueError, dns.exception.DNSException:
            return None
    answers = await asyncio.gather(
        *(
            _ask(server, hostname, family, deadline, named=named)
            for server in servers[:_SERVERS_ASKED]
        )
    )
    told = {(each.addresses, each.alias) for each in answers if each is not None}
    if len(told) != 1:
        return None
    addresses, alias = told.pop()
    return None if alias else addresses


async def name_servers(
    hostname: Hostname, *, timeout: timedelta = timedelta(seconds=5)
) -> Sequence[str]:
    """Return the names of the servers of a hostname's zone, none if they are not found.

    Never raises. Source: RFC 1034, 1035.
    """
    try:
        async with asyncio.timeout(timeout.total_seconds()):
            return [server.host for server in await _zone_servers(hostname)]
    except TimeoutError, OSError, ValueError, dns.exception.DNSException:
        return []


async def _zone_servers(hostname: Hostname) -> Sequence[NameServer]:
    """Return the name servers of the zone that holds a hostname, none if not found."""
    if any(hostname.within(domain) for domain in _NEVER_DELEGATED):
        return []
    # reads /etc/resolv.conf
    resolver = await asyncio.to_thread(_system_resolver)
    zone: Hostname | None = hostname
    while zone is not None:
        name = dns_name(zone)
        try:
            answer = await resolver.resolve(name, "NS", search=False, backend=_BACKEND)
        except dns.exception.DNSException:
            zone = zone.parent
            continue
        # a CNAME leads to another zone's servers
        if answer.canonical_name == name:
            return [
                NameServer(host=record.target.to_text(omit_final_dot=True), port=_PORT)
                for record in answer
            ]
        zone = zone.parent
    return []


def _system_resolver() -> dns.asyncresolver.Resolver:
    """Return a resolver that asks the system's name servers; blocking."""
    return dns.asyncresolver.Resolver()


async def _ask(
    server: NameServer,
    hostname: Hostname,
    family: Family,
    deadline: float,
    *,
    named: bool,
) -> RecordSet | None:
    """Return what a server holds, None when it does not answer with authority.

    Resolvers of a home claim authority for names of their own. So a server at an
    address that is not public counts only if the user named it, and any other server
    only if it offers no recursion.
    """
    loop = asyncio.get_running_loop()
    seconds = _SERVER_TIMEOUT.total_seconds()
    try:
        async with asyncio.timeout_at(min(deadline, loop.time() + seconds)):
            found = await loop.getaddrinfo(
                server.host, server.port, type=socket.SOCK_DGRAM
            )
            addresses = [
                address
                for address in dict.fromkeys(str(info[4][0]) for info in found)
                if named or _is_public(address)
            ]
            # one lost packet, or one family without a route, is no answer yet
            for address in islice(cycle(addresses), max(_TRIES, len(addresses))):
                try:
                    response, _ = await dns.asyncquery.udp_with_fallback(
                        query(hostname, family.record_type),
                        address,
                        timeout=seconds / _TRIES,
                        port=server.port,
                        ignore_unexpected=True,
                        ignore_errors=True,
                        backend=_BACKEND,
                    )
                except OSError, EOFError, ValueError, dns.exception.DNSException:
                    continue
                if response.flags & dns.flags.RA and _is_public(address):
                    return None
                return record_set(response, hostname, family)
    except TimeoutError, OSError, ValueError:
        pass
    return None


def _is_public(address: str) -> bool:
    """Return True if a server is on the internet rather than in a home."""
    return publishable(ip_address(address))


def record_set(
    response: dns.message.Message, hostname: Hostname, family: Family
) -> RecordSet | None:
    """Read a response, None when it is not authoritative."""
    if not response.flags & dns.flags.AA or response.rcode() not in (
        dns.rcode.NOERROR,
        dns.rcode.NXDOMAIN,
    ):
        return None
    held = {
        each.rdtype: each for each in response.answer if each.name == dns_name(hostname)
    }
    if dns.rdatatype.CNAME in held:
        return RecordSet(alias=True)
    rrset = held.get(dns.rdatatype.from_text(family.record_type))
    if rrset is None:
        return RecordSet()
    return RecordSet(
        addresses=frozenset(ip_address(record.address) for record in rrset),
        ttl=rrset.ttl,
    )


def query(name: Hostname, record_type: str) -> dns.message.Message:
    """Return a query that asks a server for what it holds itself (RD=0)."""
    return dns.message.make_query(dns_name(name), record_type, flags=0)


def dns_name(hostname: Hostname) -> dns.name.Name:
    """Return a hostname in dnspython's form."""
    return dns.name.from_text(hostname.fqdn)
