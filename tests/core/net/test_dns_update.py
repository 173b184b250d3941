"""Dynamic updates: what goes over the wire, and servers that misbehave."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from ipaddress import ip_address
import socket

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.tsig
import dns.update
import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.errors import (
    DdnsError,
    Unavailable,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net import dns_update
from custom_components.ddns_plus.core.net.dns import NameServer, RecordSet
from custom_components.ddns_plus.core.net.dns_update import (
    PrimaryServer,
    Rcode,
    RecordSetChange,
)
from custom_components.ddns_plus.core.net.tsig import TsigKey

from .dns_server import ScriptedServer, holds, reply, running, silent

ZONE = Hostname("example.org")
HOME = Hostname("home.example.org")
KEY = TsigKey(name="key", secret=b"a secret")
KEYRING = {dns.name.from_text("key"): dns.tsig.Key("key", b"a secret")}
CHANGE = RecordSetChange(
    hostname=HOME,
    family=Family.IPV4,
    held=frozenset(),
    add=ip_address("192.0.2.1"),
    ttl=300,
)

type Start = Callable[[ScriptedServer], Awaitable[PrimaryServer]]


@pytest.fixture
async def start(loopback: None) -> AsyncGenerator[Start]:
    """Return a function that starts a server for the time of the test."""
    async with AsyncExitStack() as stack:

        async def start(server: ScriptedServer) -> PrimaryServer:
            await stack.enter_async_context(running(server))
            return PrimaryServer(
                server=NameServer(host="127.0.0.1", port=server.port),
                key=KEY if server.keyring else None,
            )

        yield start


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait long for a server that keeps silent."""
    monkeypatch.setattr(dns_update, "_EXCHANGE_TIMEOUT", timedelta(milliseconds=600))


def failure(error: DdnsError) -> tuple[type, str, bool]:
    """Return what an error says."""
    return type(error), error.code, error.maybe_applied


async def fails(primary: PrimaryServer) -> list[tuple[type, str, bool]]:
    """Return what a question, and then an update, fails with."""
    errors = []
    with pytest.raises(DdnsError) as caught:
        await primary.record_sets(ZONE, [(HOME, Family.IPV4)])
    errors.append(failure(caught.value))
    with pytest.raises(DdnsError) as caught:
        await primary.update(ZONE, [CHANGE])
    errors.append(failure(caught.value))
    return errors


# -- servers that misbehave


def _garbage(message: dns.message.Message) -> bytes:
    return message.id.to_bytes(2) + b"\x80\x00 this is not DNS"


def _too_short(message: dns.message.Message) -> bytes:
    return message.id.to_bytes(2)


def _empty(message: dns.message.Message) -> bytes:
    return b""


def _wrong_id(message: dns.message.Message) -> bytes:
    response = reply(message)
    response.id ^= 1
    return response.to_wire()


def _not_an_answer(message: dns.message.Message) -> bytes:
    return message.to_wire()


def _unknown_rcode(message: dns.message.Message) -> bytes:
    wire = bytearray(reply(message).to_wire())
    wire[3] |= 0x0F
    return bytes(wire)


@pytest.mark.parametrize(
    "lie",
    [_garbage, _too_short, _empty, _wrong_id, _not_an_answer, _unknown_rcode],
)
async def test_lie(start: Start, lie: Callable[[dns.message.Message], bytes]) -> None:
    """What is no answer is an unexpected response; the update may have been made."""
    primary = await start(ScriptedServer(udp=lambda message: [lie(message)]))
    assert await fails(primary) == [
        (UnexpectedResponse, "not_dns", False),
        (UnexpectedResponse, "not_dns", True),
    ]


@pytest.mark.usefixtures("impatient")
async def test_silence(start: Start) -> None:
    """The time limit ends it; the update may have been made."""
    assert await fails(await start(ScriptedServer(udp=silent))) == [
        (Unavailable, "timeout", False),
        (Unavailable, "timeout", True),
    ]


async def test_hanging_up(start: Start) -> None:
    """Without any answer there is no new try; the update may have been made."""
    server = ScriptedServer(udp=silent, answers_per_connection=1)
    assert await fails(await start(server)) == [
        (Unavailable, "connection_lost", False),
        (Unavailable, "connection_lost", True),
    ]
    opcodes = [each.opcode() for each in server.queries]
    assert opcodes.count(dns.opcode.UPDATE) == 1


async def test_closed_port(start: Start) -> None:
    """Nothing was sent."""
    server = ScriptedServer(udp=silent)
    async with running(server):
        primary = PrimaryServer(server=NameServer(host="127.0.0.1", port=server.port))
    assert await fails(primary) == [(Unavailable, "cannot_connect", False)] * 2


@pytest.mark.parametrize("host", ["ns.example.org", "x" * 64])
@pytest.mark.usefixtures("loopback")
async def test_unknown_server(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """Nothing was sent; a name that cannot be one is not found either."""

    def fail(name: str, *_: object, **__: object) -> None:
        name.encode("idna")
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    primary = PrimaryServer(server=NameServer(host=host))
    assert await fails(primary) == [(Unavailable, "dns_failed", False)] * 2


async def test_few_answers_per_connection(start: Start) -> None:
    """The rest is asked over new connections."""
    server = ScriptedServer(udp=holds("192.0.2.1"), answers_per_connection=2)
    names = [Hostname(f"h{number}.example.org") for number in range(5)]
    answers = await (await start(server)).record_sets(
        ZONE, [(name, Family.IPV4) for name in names]
    )
    assert set(answers) == {(name, Family.IPV4) for name in names}
    assert server.connections > 1


async def test_answers_in_another_order(start: Start) -> None:
    """Each answer is found by its id."""
    waiting: list[bytes] = []

    def last_first(message: dns.message.Message) -> Sequence[bytes]:
        name = message.question[0].name
        if name.labels[0].startswith(b"h"):
            address = f"192.0.2.{name.labels[0][1:].decode()}"
            waiting.append(reply(message, f"{name} 60 A {address}").to_wire())
        else:
            waiting.append(reply(message).to_wire())
        if len(waiting) < 4:
            return []
        return waiting[::-1]

    primary = await start(ScriptedServer(udp=last_first))
    questions = [
        (Hostname(f"h{number}.example.org"), Family.IPV4) for number in (1, 2, 3)
    ]
    answers = await primary.record_sets(ZONE, questions)
    assert answers == {
        (name, family): RecordSet(
            addresses=frozenset({ip_address(f"192.0.2.{number}")}), ttl=60
        )
        for number, (name, family) in enumerate(questions, 1)
    }


async def test_too_large(start: Start) -> None:
    """Changes that do not fit into a message are not sent."""
    server = ScriptedServer(udp=silent)
    primary = await start(server)
    held = frozenset(ip_address((0x2001 << 112) + each) for each in range(3000))
    change = RecordSetChange(hostname=HOME, family=Family.IPV6, held=held)
    with pytest.raises(UnexpectedResponse, match="^too_large: "):
        await primary.update(ZONE, [change])
    assert server.queries == []


# -- signatures


def signed(
    rcode: dns.rcode.Rcode = dns.rcode.NOERROR, tsig_error: int = 0
) -> Callable[[dns.message.Message], Sequence[bytes]]:
    """Return the script of a server that signs, or tells what is wrong with a signature."""

    def answer(message: dns.message.Message) -> Sequence[bytes]:
        response = dns.message.make_response(message, tsig_error=tsig_error)
        response.flags |= dns.flags.AA
        response.set_rcode(rcode)
        return [response.to_wire()]

    return answer


def unsigned(
    rcode: dns.rcode.Rcode,
) -> Callable[[dns.message.Message], Sequence[bytes]]:
    """Return the script of a server that does not sign."""

    def answer(message: dns.message.Message) -> Sequence[bytes]:
        response = dns.message.make_response(message)
        response.flags |= dns.flags.AA
        response.tsig = None
        response.set_rcode(rcode)
        return [response.to_wire()]

    return answer


async def both(primary: PrimaryServer) -> tuple[object, Rcode]:
    """Return what a question and an update are answered with."""
    answers = await primary.record_sets(ZONE, [(HOME, Family.IPV4)])
    return answers[HOME, Family.IPV4], await primary.update(ZONE, [CHANGE])


async def test_signed_answer(start: Start) -> None:
    """It is believed."""
    primary = await start(ScriptedServer(udp=signed(), keyring=KEYRING))
    assert await both(primary) == (RecordSet(), Rcode.NOERROR)


@pytest.mark.parametrize(
    ("error", "rcode"),
    [
        (dns.rcode.BADSIG, Rcode.BADSIG),
        (dns.rcode.BADKEY, Rcode.BADKEY),
        (dns.rcode.BADTIME, Rcode.BADTIME),
        (dns.rcode.BADTRUNC, Rcode.BADTRUNC),
    ],
)
async def test_signature_error(start: Start, error: int, rcode: Rcode) -> None:
    """What the server says of our signature is handed on."""
    script = signed(dns.rcode.NOTAUTH, error)
    primary = await start(ScriptedServer(udp=script, keyring=KEYRING))
    assert await both(primary) == (rcode, rcode)


@pytest.mark.parametrize(
    ("rcode", "answer", "updated"),
    [
        (dns.rcode.NOERROR, Rcode.UNSIGNED, Rcode.UNSIGNED),
        (dns.rcode.NXDOMAIN, Rcode.UNSIGNED, Rcode.UNSIGNED),
        (dns.rcode.NXRRSET, Rcode.UNSIGNED, Rcode.UNSIGNED),
        (dns.rcode.NOTAUTH, Rcode.UNSIGNED, Rcode.NOTAUTH),
        (dns.rcode.REFUSED, Rcode.REFUSED, Rcode.REFUSED),
        (dns.rcode.SERVFAIL, Rcode.SERVFAIL, Rcode.SERVFAIL),
        (dns.rcode.NOTIMP, Rcode.NOTIMP, Rcode.NOTIMP),
        (dns.rcode.FORMERR, Rcode.FORMERR, Rcode.FORMERR),
    ],
)
async def test_unsigned_answer(
    start: Start, rcode: dns.rcode.Rcode, answer: Rcode, updated: Rcode
) -> None:
    """Only failures are believed without a signature."""
    primary = await start(ScriptedServer(udp=unsigned(rcode), keyring=KEYRING))
    assert await both(primary) == (answer, updated)


async def test_answer_signed_with_another_secret(start: Start) -> None:
    """It is no answer."""

    def answer(message: dns.message.Message) -> Sequence[bytes]:
        response = dns.message.make_response(message)
        response.use_tsig(dns.tsig.Key("key", b"another secret"))
        return [response.to_wire()]

    primary = await start(ScriptedServer(udp=answer, keyring=KEYRING))
    assert await fails(primary) == [
        (UnexpectedResponse, "not_dns", False),
        (UnexpectedResponse, "not_dns", True),
    ]


def test_secret_is_not_shown() -> None:
    """Neither the key nor the server that it is for show it."""
    primary = PrimaryServer(server=NameServer(host="127.0.0.1"), key=KEY)
    assert "a secret" not in repr(primary)
    assert "a secret" not in str(KEY)
