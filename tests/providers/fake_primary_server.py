"""A primary server that refuses, forgets and dies as a test tells it to."""

from collections.abc import Sequence

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.tsig
import dns.update

from tests.core.net.dns_server import ScriptedServer, reply

KEY = {"tsig_key_name": "key", "tsig_secret": "YSBzZWNyZXQ="}
KEYRING = {dns.name.from_text("key"): dns.tsig.Key("key", b"a secret")}


class PrimaryServer:
    """A server that holds what it is told to, and treats updates as it is told to."""

    def __init__(self, *, signs: bool = True) -> None:
        """Start with nothing."""
        self.records: list[str] = []
        self.obeys = True
        self.probe: tuple[dns.rcode.Rcode, int] = (dns.rcode.NOERROR, 0)
        self.refusals: dict[str, tuple[dns.rcode.Rcode, int]] = {}
        self.query_rcode = dns.rcode.NOERROR
        self.answers_left: int | None = None
        self.scripted = ScriptedServer(
            udp=self.answer, keyring=KEYRING if signs else None
        )

    @property
    def updates(self) -> int:
        """Return how many updates came."""
        return [each.opcode() for each in self.scripted.queries].count(
            dns.opcode.UPDATE
        )

    def answer(self, message: dns.message.Message) -> Sequence[bytes]:
        """Answer a message."""
        if self.answers_left is not None:
            if self.answers_left == 0:
                return [b""]
            self.answers_left -= 1
        if isinstance(message, dns.update.UpdateMessage):
            rcode, tsig_error = self._update(message)
            response = dns.message.make_response(message, tsig_error=tsig_error)
            response.set_rcode(rcode)
            return [response.to_wire()]
        asked = message.question[0]
        if asked.rdtype.name == "SOA":
            soa = f"{asked.name} 60 SOA ns. hostmaster. 1 2 3 4 60"
            zone = str(asked.name) == "example.org."
            return [
                reply(message, *([soa] if zone else []), flags=dns.flags.AA).to_wire()
            ]
        found = [
            record
            for record in self.records
            if record.split()[0] == str(asked.name)
            and record.split()[2] in ("CNAME", asked.rdtype.name)
        ]
        return [reply(message, *found, rcode=self.query_rcode).to_wire()]

    def _update(self, message: dns.update.UpdateMessage) -> tuple[dns.rcode.Rcode, int]:
        """Make an update without regard to its prerequisites; return what is answered."""
        if not message.update:
            return self.probe
        for rrset in message.update:
            if (refusal := self.refusals.get(str(rrset.name))) is not None:
                return refusal
        for rrset in message.update:
            if rrset.deleting is None and self.obeys:
                self.records.append(
                    f"{rrset.name} {rrset.ttl} {rrset.rdtype.name} {rrset[0]}"
                )
        return dns.rcode.NOERROR, 0
