"""Tests of asking a DNS server that answers with the address it sees."""

import asyncio
from collections.abc import Iterable
from ipaddress import ip_address
import socket

import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rrset
import pytest

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.echo.dns import DnsSource
from custom_components.ddns_plus.core.detection.methods import DnsServer
from custom_components.ddns_plus.core.detection.source import Transport
from custom_components.ddns_plus.core.local_endpoint import LocalEndpoint
from tests.core.detection.udp_servers import silent, udp_server
from tests.core.detection.virtual_time import run
from tests.loopback import needs_second_loopback

from .dns_servers import (
    AA,
    CHAOS,
    CONTEXT,
    LOOPBACK,
    NAME,
    OVER_TLS,
    PLAIN,
    RA,
    TC,
    TXT,
    Answer,
    ask,
    at,
    telling,
)
from .services import IPV4, IPV6


async def ask_for(
    answer: Answer, method: DnsServer = PLAIN, family: Family = Family.IPV4
) -> Address | str:
    """Return what comes of an answer."""
    host = "127.0.0.1" if family is Family.IPV4 else "::1"
    async with udp_server(lambda data: [answer(data)], host) as server:
        found = await ask(at(server, method), family)
    assert len(server.requests) == 1
    return found


def test_it_says_who_it_is() -> None:
    """Who is asked over TLS cannot be impersonated."""
    source = DnsSource("key", "operator", PLAIN, CONTEXT)
    assert (source.key, source.operator) == ("key", "operator")
    assert source.transport is Transport.PLAIN
    assert DnsSource("key", "operator", OVER_TLS, CONTEXT).transport is Transport.TLS


@pytest.mark.parametrize(
    ("method", "family", "record"),
    [
        (PLAIN, Family.IPV4, "11.22.33.44"),
        (PLAIN, Family.IPV6, "2606:2800:220:1::44"),
        (TXT, Family.IPV4, '"11.22.33.44"'),
        (TXT, Family.IPV6, '"2606:2800:220:1::44"'),
        (CHAOS, Family.IPV4, '"11.22.33.44"'),
    ],
)
async def test_the_address_is_told(
    loopback: None, method: DnsServer, family: Family, record: str
) -> None:
    """In a record of the family, or in a text."""
    told = IPV4 if family is Family.IPV4 else IPV6
    assert await ask_for(telling(record), method, family) == told


async def test_the_question_is_plain(loopback: None) -> None:
    """One question of a new id each time, no recursion wanted, nothing about us."""
    async with udp_server(lambda data: [telling("11.22.33.44")(data)]) as server:
        for _ in range(3):
            await ask(at(server))
    queries = [dns.message.from_wire(data) for data in server.requests]
    assert len({query.id for query in queries}) > 1
    assert len({client[1] for client in server.clients}) > 1
    for query in queries:
        assert query.flags == 0
        assert [str(asked) for asked in query.question] == [f"{NAME}. IN A"]
        assert not (query.answer or query.authority or query.additional)
        assert query.edns < 0


def no_question(response: dns.message.Message) -> None:
    """Leave the question away, as servers may that refuse."""
    response.question.clear()


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        # a resolver in between: with its own address, from its cache, or refusing
        (telling("9.9.9.2", flags=RA), "intercepted"),
        (telling("9.9.9.2", flags=dns.flags.Flag(0)), "intercepted"),
        (telling("9.9.9.2", flags=AA | RA), "intercepted"),
        (telling(flags=RA, rcode=dns.rcode.REFUSED), "intercepted"),
        (telling("11.22.33.44", "11.22.33.55"), "intercepted"),
        (telling(rcode=dns.rcode.SERVFAIL), "refused:2"),
        (telling(rcode=dns.rcode.NXDOMAIN), "refused:3"),
        (telling("9.9.9.2", rcode=dns.rcode.NXDOMAIN), "refused:3"),
        (telling(rcode=dns.rcode.REFUSED, flags=dns.flags.Flag(0)), "refused:5"),
        (telling(rcode=dns.rcode.REFUSED, change=no_question), "refused:5"),
        (telling(), "not_an_address"),
        (telling("11.22.33.44", flags=AA | TC), "not_an_address"),
        (telling(f"{NAME}. TXT 11.22.33.44"), "not_an_address"),
        (telling(f"{NAME}. AAAA 2606::1"), "not_an_address"),
        (telling("other.example. A 11.22.33.44"), "not_an_address"),
        (
            telling(f"{NAME}. CNAME other.example.", "other.example. A 11.22.33.44"),
            "not_an_address",
        ),
        (telling("192.168.1.2"), "not_publishable:private"),
        (telling("100.64.1.2"), "not_publishable:shared"),
        (telling("0.0.0.0"), "not_publishable:unspecified"),
        (telling("127.0.0.1"), "server_address"),
        (telling("104.18.0.0"), "server_address"),
    ],
)
async def test_other_answers_are_refused(
    loopback: None, answer: Answer, failure: str
) -> None:
    """At once: nobody else knew the question."""
    assert await ask_for(answer) == failure


@pytest.mark.parametrize(
    ("records", "failure"),
    [
        (['"11.22.33.44"', '"edns0-client-subnet 11.22.33.0/24"'], "intercepted"),
        (['"edns0-client-subnet 11.22.33.0/24"'], "intercepted"),
        (['"11.22.33.44"', '"11.22.33.55"'], "intercepted"),
        (['"11.22.33.44" "11.22.33.55"'], "not_an_address"),
        (['"11.22." "33.44"'], "not_an_address"),
        (['"11.22.33.44, 11.22.33.55"'], "not_an_address"),
        (['"\\1701.22.33.44"'], "not_an_address"),
        (['""'], "not_an_address"),
        (['"2606:2800:220:1::44"'], "wrong_family"),
        (['"10.0.0.1"'], "not_publishable:private"),
    ],
)
async def test_texts_that_are_no_address(
    loopback: None, records: list[str], failure: str
) -> None:
    """The text is the address, the whole of it, and the only one."""
    assert await ask_for(telling(*records), TXT) == failure


async def test_a_text_for_ipv6_that_is_none(loopback: None) -> None:
    """A zone, and the other family."""
    for text, failure in (
        ('"2606:2800:220:1::44%eth0"', "not_publishable:zoned"),
        ('"11.22.33.44"', "wrong_family"),
    ):
        assert await ask_for(telling(text), TXT, Family.IPV6) == failure


async def test_the_class_is_part_of_the_question(loopback: None) -> None:
    """A resolver that knows only the internet's class answers in that one."""

    def of_the_internet(response: dns.message.Message) -> None:
        [held] = response.answer
        response.answer = [
            dns.rrset.from_text(held.name, 60, "IN", "TXT", '"11.22.33.44"')
        ]

    answer = telling('"11.22.33.44"', change=of_the_internet)
    assert await ask_for(answer, CHAOS) == "not_an_address"


async def test_what_is_no_answer_to_us_is_waited_out(loopback: None) -> None:
    """Another id or question, what is no response, and what is no DNS at all."""

    def forged(**changes: object) -> Answer:
        def change(response: dns.message.Message) -> None:
            for name, value in changes.items():
                setattr(response, name, value)

        return telling("11.22.33.55", change=change)

    def asked(name: str, kind: str, dns_class: str = "IN") -> list[dns.rrset.RRset]:
        return dns.message.make_query(name, kind, dns_class).question

    def not_a_response(response: dns.message.Message) -> None:
        response.flags = AA

    def notify(response: dns.message.Message) -> None:
        response.set_opcode(dns.opcode.NOTIFY)

    def reply(data: bytes) -> Iterable[bytes]:
        other_id = bytearray(telling("11.22.33.55")(data))
        other_id[1] ^= 1
        strays = [
            forged(question=asked("other.example.", "A")),
            forged(question=asked(f"{NAME}.", "AAAA")),
            forged(question=asked(f"{NAME}.", "A", "CH")),
            forged(question=[]),
            telling("11.22.33.55", change=not_a_response),
            telling("11.22.33.55", change=notify),
        ]
        return [
            b"",
            b"what is this",
            data,
            data[:11],
            bytes(other_id),
            *(stray(data) for stray in strays),
            telling("11.22.33.55")(data)[:-1],
            telling("11.22.33.55")(data) + b"\0",
            telling("11.22.33.44")(data),
        ]

    async with udp_server(reply) as server:
        assert await ask(at(server)) == IPV4
    assert len(server.requests) == 1


def test_silence_ends_after_four_seconds(loopback: None) -> None:
    """Asked at 0, 1 and 3 seconds, with the same id, and not again."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        method = DnsServer(server=LOOPBACK, port=server.getsockname()[1], name=NAME)

        async def until_it_fails() -> tuple[Address | str, float]:
            answer = await ask(method)
            return answer, asyncio.get_running_loop().time()

        assert run(until_it_fails()) == ("timeout", 4.0)
        assert len({server.recv(100) for _ in range(3)}) == 1
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.recv(100)


@needs_second_loopback
async def test_it_is_asked_from_the_origin(loopback: None) -> None:
    """The server sees the address that is asked about; nothing is sent from elsewhere."""
    endpoint = LocalEndpoint(address=ip_address("127.0.0.2"))
    nowhere = LocalEndpoint(address=ip_address("192.0.2.1"))
    async with udp_server(lambda data: [telling("11.22.33.44")(data)]) as server:
        assert await ask(at(server), endpoint=endpoint) == IPV4
        assert server.clients == [("127.0.0.2", server.clients[0][1])]
        assert await ask(at(server), endpoint=nowhere) == "no_route"


async def test_nobody_is_there(loopback: None) -> None:
    """Told apart from silence, without waiting."""
    async with udp_server(silent) as server:
        gone = at(server)
    await asyncio.sleep(0)
    assert await ask(gone) == "unreachable"


async def test_the_family_is_the_servers() -> None:
    """Asked for the other one, it is not even asked."""
    assert await ask(PLAIN, Family.IPV6) == "wrong_family"
    ipv6 = DnsServer(server=ip_address("2606::53"), name=NAME)
    assert await ask(ipv6) == "wrong_family"
