"""Dynamic updates of DNS zones, signed with TSIG, through dnspython."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from itertools import chain
import secrets
import socket

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.update

from ..address import Address, Family
from ..errors import Unavailable, UnexpectedResponse
from ..hostname import Hostname
from .dns import NameServer, Question, RecordSet, dns_name, query, record_set
from .tsig import TsigKey

_EXCHANGE_TIMEOUT = timedelta(seconds=15)


class Rcode(StrEnum):
    """Response code (RFC 1035, 2136, 8945); the last two are ours."""

    NOERROR = "noerror"
    FORMERR = "formerr"
    SERVFAIL = "servfail"
    NXDOMAIN = "nxdomain"
    NOTIMP = "notimp"
    REFUSED = "refused"
    YXDOMAIN = "yxdomain"
    YXRRSET = "yxrrset"
    NXRRSET = "nxrrset"
    NOTAUTH = "notauth"
    NOTZONE = "notzone"
    BADSIG = "badsig"
    BADKEY = "badkey"
    BADTIME = "badtime"
    BADTRUNC = "badtrunc"
    # the answer to a signed message has no signature
    UNSIGNED = "unsigned"
    # the server is not authoritative for the name
    NOT_AUTHORITATIVE = "not_authoritative"


_TSIG_ERRORS: Mapping[type[dns.exception.DNSException], Rcode] = {
    dns.tsig.PeerBadSignature: Rcode.BADSIG,
    dns.tsig.PeerBadKey: Rcode.BADKEY,
    dns.tsig.PeerBadTime: Rcode.BADTIME,
    dns.tsig.PeerBadTruncation: Rcode.BADTRUNC,
    dns.tsig.BadTime: Rcode.BADTIME,
}
# failures that are believed without a signature
_TOLD_UNSIGNED = frozenset({Rcode.FORMERR, Rcode.SERVFAIL, Rcode.NOTIMP, Rcode.REFUSED})
type _Answer = tuple[dns.message.Message | None, Rcode]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSetChange:
    """A change of one record set, made only if the server has `held`; TTL in seconds."""

    hostname: Hostname
    family: Family
    held: frozenset[Address]
    remove: Address | None = None
    add: Address | None = None
    ttl: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimaryServer:
    """A server for dynamic updates, and the key that signs the messages to it.

    All methods raise Unavailable and UnexpectedResponse. Sources: RFC 2136, 8945, 7766.
    """

    server: NameServer
    key: TsigKey | None = None

    async def record_sets(
        self, zone: Hostname, questions: Sequence[Question]
    ) -> Mapping[Question, RecordSet | Rcode]:
        """Return the records at these names, or the code of the refusal.

        A name without records has none, even if a wildcard answers for it.
        """
        wildcards = {question: _wildcards(question, zone) for question in questions}
        asked = list(dict.fromkeys((*questions, *chain(*wildcards.values()))))
        answers = await self._exchange(
            lambda: [query(name, family.record_type) for name, family in asked]
        )
        held = {
            question: rcode
            if response is None
            else record_set(response, *question) or Rcode.NOT_AUTHORITATIVE
            for question, (response, rcode) in zip(asked, answers, strict=True)
        }
        doubtful = {
            question: answer
            for question in questions
            if isinstance(answer := held[question], RecordSet)
            and answer != RecordSet()
            and any(answer == held[each] for each in wildcards[question])
        }
        nothing = await self._nothing(zone, doubtful)
        return {
            question: RecordSet() if question in nothing else held[question]
            for question in questions
        }

    async def _nothing(
        self, zone: Hostname, held: Mapping[Question, RecordSet]
    ) -> frozenset[Question]:
        """Return the questions whose answer came from a wildcard.

        An update with a prerequisite and no changes tells them apart.
        """
        answers = await self._exchange(
            lambda: [
                _presence_message(zone, hostname, family, alias=answer.alias)
                for (hostname, family), answer in held.items()
            ]
        )
        return frozenset(
            question
            for question, (_, rcode) in zip(held, answers, strict=True)
            if rcode is Rcode.NXRRSET
        )

    async def zones(
        self, hostnames: Sequence[Hostname]
    ) -> Mapping[Hostname, Hostname | Rcode]:
        """Return the zones of these hostnames, or the code of the refusal."""
        found: dict[Hostname, Hostname | Rcode] = {}
        asked = {hostname: hostname for hostname in hostnames}
        while asked:
            names = list(dict.fromkeys(asked.values()))
            answers = await self._exchange(partial(_zone_queries, names))
            told = dict(zip(names, answers, strict=True))
            above: dict[Hostname, Hostname] = {}
            for hostname, name in asked.items():
                zone = _zone(name, *told[name])
                if zone is None and name.parent is not None:
                    above[hostname] = name.parent
                else:
                    refused = told[name][1] is Rcode.REFUSED
                    found[hostname] = zone or (
                        Rcode.REFUSED if refused else Rcode.NOT_AUTHORITATIVE
                    )
            asked = above
        return found

    async def update(
        self, zone: Hostname, changes: Sequence[RecordSetChange] = ()
    ) -> Rcode:
        """Make all changes in one message, or none of them; return the server's code.

        NXRRSET or YXRRSET: the server holds other records than a change expects.
        """
        [(_, rcode)] = await self._exchange(
            lambda: [_update_message(zone, changes)], writes=True
        )
        return rcode

    async def _exchange(
        self, make: Callable[[], Sequence[dns.message.Message]], *, writes: bool = False
    ) -> Sequence[_Answer]:
        """Send messages over TCP and return the answers in the order of the messages.

        A thread makes and reads them: hundreds take dnspython tenths of a second.
        """
        answers: dict[int, bytes] = {}
        sent = False
        try:
            messages, pending = await asyncio.to_thread(self._wires, make)
            async with asyncio.timeout(_EXCHANGE_TIMEOUT.total_seconds()):
                while pending:
                    reader, writer = await asyncio.open_connection(
                        self.server.host, self.server.port, happy_eyeballs_delay=0.25
                    )
                    sent = True
                    await _converse(reader, writer, pending, answers)
            return await asyncio.to_thread(_read_all, messages, answers)
        except TimeoutError:
            error = Unavailable("timeout", reason="dns_server_timeout")
        except socket.gaierror, UnicodeError:
            error = Unavailable("dns_failed", reason="dns_server_not_found")
        except OSError, EOFError:
            if sent:
                error = Unavailable("connection_lost", reason="dns_server_hung_up")
            else:
                error = Unavailable("cannot_connect", reason="dns_server_not_connected")
        except dns.exception.TooBig:
            raise UnexpectedResponse("too_large", reason="changes_too_large") from None
        except dns.exception.DNSException, ValueError, KeyError:
            raise UnexpectedResponse(
                reason="not_dns",
                maybe_applied=writes,
            ) from None
        error.maybe_applied = writes and sent
        raise error

    def _wires(
        self, make: Callable[[], Sequence[dns.message.Message]]
    ) -> tuple[Sequence[dns.message.Message], dict[int, bytes]]:
        """Return signed messages, and the wire format of each by its id."""
        messages = make()
        for number, message in enumerate(messages, secrets.randbelow(1 << 16)):
            message.id = number % (1 << 16)
            if self.key is not None:
                self.key.sign(message)
        return messages, {message.id: message.to_wire() for message in messages}


def _zone_queries(names: Sequence[Hostname]) -> Sequence[dns.message.Message]:
    return [query(name, "SOA") for name in names]


def _update_message(
    zone: Hostname, changes: Sequence[RecordSetChange]
) -> dns.message.Message:
    """Return the message that makes all changes if each finds the records it expects."""
    message = dns.update.UpdateMessage(dns_name(zone))
    # BIND does not match a prerequisite that is repeated
    for change in dict.fromkeys(changes):
        name, record_type = dns_name(change.hostname), change.family.record_type
        for address in change.held:
            message.present(name, record_type, str(address))
        if not change.held:
            message.absent(name, record_type)
            # servers silently ignore an address beside a CNAME
            message.absent(name, "CNAME")
        if change.remove is not None:
            message.delete(name, record_type, str(change.remove))
        if change.add is not None:
            message.add(name, change.ttl, record_type, str(change.add))
    return message


def _presence_message(
    zone: Hostname, hostname: Hostname, family: Family, *, alias: bool
) -> dns.message.Message:
    """Return the message that changes nothing, and fails if there is no such record."""
    message = dns.update.UpdateMessage(dns_name(zone))
    message.present(dns_name(hostname), "CNAME" if alias else family.record_type)
    return message


async def _converse(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    pending: dict[int, bytes],
    answers: dict[int, bytes],
) -> None:
    """Send the pending messages and read answers until the server closes the connection.

    Answers may come in any order. Raises EOFError if there is none.
    """
    answered = False
    try:
        for wire in pending.values():
            writer.write(len(wire).to_bytes(2) + wire)
        await writer.drain()
        while pending:
            wire = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
            number = int.from_bytes(wire[:2])
            del pending[number]
            answers[number] = wire
            answered = True
    except EOFError, ConnectionError:
        # some servers limit the number of questions of one connection
        if not answered:
            raise
    finally:
        writer.close()


def _read_all(
    messages: Sequence[dns.message.Message], answers: Mapping[int, bytes]
) -> Sequence[_Answer]:
    """Return the answers to messages. Raises DNSException, ValueError, KeyError."""
    return [_read(message, answers[message.id]) for message in messages]


def _read(message: dns.message.Message, wire: bytes) -> _Answer:
    """Return an answer; the message is None if it cannot be trusted.

    Raises DNSException, ValueError.
    """
    response = dns.message.from_wire(wire, keyring=False)
    if not message.is_response(response):
        raise dns.exception.FormError
    rcode = Rcode(dns.rcode.to_text(response.rcode()).lower())
    if message.keyring is not None:
        if not response.had_tsig:
            told = rcode in _TOLD_UNSIGNED or (
                # Knot DNS answers this about an unknown zone
                rcode is Rcode.NOTAUTH and message.opcode() == dns.opcode.UPDATE
            )
            return None, rcode if told else Rcode.UNSIGNED
        try:
            dns.message.from_wire(
                wire, keyring=message.keyring, request_mac=message.mac
            )
        except tuple(_TSIG_ERRORS) as err:
            return None, _TSIG_ERRORS[type(err)]
    if rcode in (Rcode.NOERROR, Rcode.NXDOMAIN):
        return response, rcode
    return None, rcode


def _zone(
    name: Hostname, response: dns.message.Message | None, rcode: Rcode
) -> Hostname | Rcode | None:
    """Return the zone in the answer to a SOA query.

    Return the code of the refusal instead, or None if the parent is to be asked.
    """
    if response is None:
        return None if rcode is Rcode.REFUSED else rcode
    sections = [*response.answer, *response.authority]
    types = {each.rdtype for each in sections}
    if not response.flags & dns.flags.AA:
        # a delegation: another server holds the zone
        return Rcode.NOT_AUTHORITATIVE if dns.rdatatype.NS in types else None
    if dns.rdatatype.CNAME in types:
        return None
    for each in sections:
        if each.rdtype == dns.rdatatype.SOA:
            apex = Hostname(each.name.to_text(omit_final_dot=True).lower())
            if name.within(apex):
                return apex
    return None


def _wildcards(question: Question, zone: Hostname) -> Sequence[Question]:
    """Return the wildcards of a zone that may answer for a name."""
    hostname, family = question
    above, found = hostname.parent, []
    while above is not None and above.within(zone):
        found.append(Hostname(f"*.{above}"))
        above = above.parent
    return [(each, family) for each in found if each != hostname]
