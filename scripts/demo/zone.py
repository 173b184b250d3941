"""One DNS zone: answers to queries, and dynamic updates as RFC 2136 orders them."""

from collections.abc import Iterable, Iterator
import time
from typing import Final

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rdtypes.ANY.SOA
import dns.rrset
import dns.serial
import dns.update

type RRsets = dict[dns.rdatatype.RdataType, dns.rdataset.Rdataset]

ZONE_NAME: Final = "demo.test."

# The names people watch do not exist yet: the first update makes them. The others
# show that an update leaves alone what it was not asked to change.
FIRST_RECORDS: Final = (
    ("demo.test.", 3600, "SOA", "ns hostmaster 1 3600 900 604800 60"),
    ("demo.test.", 3600, "NS", "ns"),
    ("demo.test.", 300, "TXT", '"left alone by every address update"'),
    ("ns.demo.test.", 3600, "A", "127.0.0.1"),
    ("www.demo.test.", 300, "CNAME", "home"),
)

_IN: Final = dns.rdataclass.IN
_ANY: Final = dns.rdatatype.ANY
_CNAME: Final = dns.rdatatype.CNAME
_NS: Final = dns.rdatatype.NS
_SOA: Final = dns.rdatatype.SOA
# Types that are questions, not data (RFC 6895 3.1): the TKEY to ANY block.
_QUESTION_TYPES: Final = range(249, 256)


class UpdateRefused(Exception):
    """An update must be answered with this code, and nothing of it happens."""

    def __init__(self, rcode: dns.rcode.Rcode) -> None:
        """Keep the code."""
        super().__init__(dns.rcode.to_text(rcode))
        self.rcode = rcode


class Zone:
    """The records of one zone."""

    def __init__(
        self,
        origin: str = ZONE_NAME,
        records: Iterable[tuple[str, int, str, str]] = FIRST_RECORDS,
    ) -> None:
        """Fill the zone; names in record data may be relative to the zone."""
        self.origin = dns.name.from_text(origin)
        self.changed: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], float] = {}
        self._names: dict[dns.name.Name, RRsets] = {}
        for name, ttl, type_name, data in records:
            rdtype = dns.rdatatype.from_text(type_name)
            rdata = dns.rdata.from_text(
                _IN, rdtype, data, self.origin, relativize=False
            )
            rrsets = self._names.setdefault(dns.name.from_text(name), {})
            rrsets[rdtype] = dns.rdataset.from_rdata_list(
                ttl, [*rrsets.get(rdtype, ()), rdata]
            )

    @property
    def serial(self) -> int:
        """Return the serial number of the zone."""
        return self._soa().serial

    def records(
        self,
    ) -> Iterator[tuple[dns.name.Name, int, dns.rdatatype.RdataType, str]]:
        """Yield every record as name, TTL, type and data, the apex first."""
        for name in sorted(self._names):
            for rdtype, rrset in self._names[name].items():
                for rdata in rrset:
                    yield name, rrset.ttl, rdtype, rdata.to_text()

    # ------------------------------------------------------------------ queries

    def answer(self, query: dns.message.Message, response: dns.message.Message) -> None:
        """Fill the response to a query (RFC 1034 4.3.2, RFC 4592)."""
        if len(query.question) != 1:
            response.set_rcode(dns.rcode.FORMERR)
            return
        question = query.question[0]
        transfer = question.rdtype in (dns.rdatatype.AXFR, dns.rdatatype.IXFR)
        if question.rdclass != _IN or transfer or not self._holds(question.name):
            response.set_rcode(dns.rcode.REFUSED)
            return
        response.flags |= dns.flags.AA
        name = question.name
        for _ in range(8):  # a chain of aliases, or a loop of them
            rrsets = self._find(name)
            wanted = self._wanted(rrsets or {}, question.rdtype)
            response.answer += [
                dns.rrset.from_rdata_list(name, r.ttl, list(r)) for r in wanted
            ]
            alias = (rrsets or {}).get(_CNAME)
            if wanted and (alias is None or question.rdtype in (_CNAME, _ANY)):
                return
            if alias is None:
                if rrsets is None:
                    response.set_rcode(dns.rcode.NXDOMAIN)
                soa = self._names[self.origin][_SOA]
                # RFC 2308 3: how long the absence may be remembered.
                ttl = min(soa.ttl, self._soa().minimum)
                response.authority.append(
                    dns.rrset.from_rdata_list(self.origin, ttl, list(soa))
                )
                return
            name = alias[0].target
            if not self._holds(name):
                return

    @staticmethod
    def _wanted(
        rrsets: RRsets, rdtype: dns.rdatatype.RdataType
    ) -> list[dns.rdataset.Rdataset]:
        """Return the RRsets of a name that answer a question."""
        if rdtype == _ANY:
            return list(rrsets.values())
        if _CNAME in rrsets:
            return [rrsets[_CNAME]]
        return [rrsets[rdtype]] if rdtype in rrsets else []

    def _find(self, name: dns.name.Name) -> RRsets | None:
        """Return what a name holds, perhaps by a wildcard; None when it does not exist."""
        if name in self._names:
            return self._names[name]
        if any(existing.is_subdomain(name) for existing in self._names):
            return {}  # an empty non-terminal: it exists through the names below it
        encloser = name
        while encloser != self.origin:
            encloser = encloser.parent()
            wildcard = dns.name.Name((b"*", *encloser.labels))
            if wildcard in self._names:
                return self._names[wildcard]
            if any(existing.is_subdomain(encloser) for existing in self._names):
                break
        return None

    # ------------------------------------------------------------------ updates

    def update(self, message: dns.update.UpdateMessage, *, signed: bool) -> list[str]:
        """Apply a dynamic update wholly or not at all (RFC 2136 3.1 to 3.4).

        Returns what changed, in words; raises UpdateRefused with the code to answer.
        `signed` says that the message carries a signature that was found right.
        """
        if len(message.zone) != 1:
            raise UpdateRefused(dns.rcode.FORMERR)
        if message.zone[0].name != self.origin or message.zone[0].rdclass != _IN:
            raise UpdateRefused(dns.rcode.NOTAUTH)
        self._check_prerequisites(message.prerequisite)
        if not signed:
            raise UpdateRefused(dns.rcode.REFUSED)
        for rrset in message.update:
            self._check_update(rrset)
        before = self._names
        # RRsets are replaced, never changed: a copy of the two dictionaries is a snapshot.
        self._names = {name: dict(rrsets) for name, rrsets in before.items()}
        serial = self.serial
        for rrset in message.update:
            self._apply(rrset)
        self._names = {name: rrsets for name, rrsets in self._names.items() if rrsets}
        return self._close_update(before, serial)

    def _check_prerequisites(self, prerequisites: list[dns.rrset.RRset]) -> None:
        """Raise UpdateRefused unless all prerequisites hold (RFC 2136 3.2)."""
        exact: dict[
            tuple[dns.name.Name, dns.rdatatype.RdataType], set[dns.rdata.Rdata]
        ] = {}
        for rrset in prerequisites:
            if not self._holds(rrset.name):
                raise UpdateRefused(dns.rcode.NOTZONE)
            if rrset.ttl != 0 or rrset.rdclass != _IN:
                raise UpdateRefused(dns.rcode.FORMERR)
            rrsets = self._names.get(rrset.name, {})
            there = bool(rrsets) if rrset.rdtype == _ANY else rrset.rdtype in rrsets
            if rrset.deleting is None:
                exact.setdefault((rrset.name, rrset.rdtype), set()).update(rrset)
            elif rrset.deleting == dns.rdataclass.ANY and not there:
                absent = (
                    dns.rcode.NXDOMAIN if rrset.rdtype == _ANY else dns.rcode.NXRRSET
                )
                raise UpdateRefused(absent)
            elif rrset.deleting == dns.rdataclass.NONE and there:
                present = (
                    dns.rcode.YXDOMAIN if rrset.rdtype == _ANY else dns.rcode.YXRRSET
                )
                raise UpdateRefused(present)
        for (name, rdtype), wanted in exact.items():
            if set(self._names.get(name, {}).get(rdtype, ())) != wanted:
                raise UpdateRefused(dns.rcode.NXRRSET)

    def _check_update(self, rrset: dns.rrset.RRset) -> None:
        """Raise UpdateRefused for a change that cannot be meant (RFC 2136 3.4.1)."""
        if not self._holds(rrset.name):
            raise UpdateRefused(dns.rcode.NOTZONE)
        deletes_a_name = rrset.deleting == dns.rdataclass.ANY and rrset.rdtype == _ANY
        if (
            rrset.rdclass != _IN
            or (rrset.rdtype in _QUESTION_TYPES and not deletes_a_name)
            or (rrset.deleting is not None and rrset.ttl != 0)
        ):
            raise UpdateRefused(dns.rcode.FORMERR)

    def _apply(self, change: dns.rrset.RRset) -> None:
        """Make one change of an update (RFC 2136 3.4.2)."""
        rrsets = self._names.setdefault(change.name, {})
        apex = change.name == self.origin
        if change.deleting is None:
            self._add(rrsets, change, apex)
        elif change.deleting == dns.rdataclass.ANY:
            for rdtype in [change.rdtype] if change.rdtype != _ANY else list(rrsets):
                if not (apex and rdtype in (_SOA, _NS)):
                    rrsets.pop(rdtype, None)
        elif change.rdtype != _SOA and (old := rrsets.get(change.rdtype)) is not None:
            if apex and change.rdtype == _NS and len(old) == 1:
                return  # the last name server stays
            if kept := [rdata for rdata in old if rdata != change[0]]:
                rrsets[change.rdtype] = dns.rdataset.from_rdata_list(old.ttl, kept)
            else:
                del rrsets[change.rdtype]

    @staticmethod
    def _add(rrsets: RRsets, change: dns.rrset.RRset, apex: bool) -> None:
        """Add one record; what may not stand beside the present data is ignored silently."""
        rdtype = change.rdtype
        if rdtype == _SOA:
            current = rrsets.get(_SOA)
            if (
                not apex
                or current is None
                or dns.serial.Serial(change[0].serial)
                <= dns.serial.Serial(current[0].serial)
            ):
                return
        elif rdtype == _CNAME:
            if any(other != _CNAME for other in rrsets):
                return
        elif _CNAME in rrsets:
            return
        kept = [] if rdtype in (_SOA, _CNAME) else list(rrsets.get(rdtype, ()))
        # RFC 2181 5.2: one TTL for the whole RRset, the newest.
        rrsets[rdtype] = dns.rdataset.from_rdata_list(change.ttl, [*kept, change[0]])

    def _close_update(
        self, before: dict[dns.name.Name, RRsets], serial: int
    ) -> list[str]:
        """Raise the serial number if anything changed; return the changes in words."""
        changes: list[str] = []
        now = time.monotonic()
        for name in sorted({*before, *self._names}):
            old, new = before.get(name, {}), self._names.get(name, {})
            for rdtype in {**old, **new}:
                if _state(old.get(rdtype)) != _state(new.get(rdtype)):
                    self.changed[name, rdtype] = now
                    values = ", ".join(rdata.to_text() for rdata in new.get(rdtype, ()))
                    what = f"{name.to_text(True)} {dns.rdatatype.to_text(rdtype)}"
                    changes.append(
                        f"{what} = {values}" if values else f"{what} removed"
                    )
        if changes and self.serial == serial:
            soa = self._soa()
            following = (dns.serial.Serial(serial) + 1).value or 1
            self._names[self.origin][_SOA] = dns.rdataset.from_rdata(
                self._names[self.origin][_SOA].ttl, soa.replace(serial=following)
            )
        return changes

    # ------------------------------------------------------------------ helpers

    def _holds(self, name: dns.name.Name) -> bool:
        """Tell whether a name lies in this zone."""
        return name.is_subdomain(self.origin)

    def _soa(self) -> dns.rdtypes.ANY.SOA.SOA:
        """Return the start of authority."""
        soa = self._names[self.origin][_SOA][0]
        assert isinstance(soa, dns.rdtypes.ANY.SOA.SOA)
        return soa


def _state(
    rrset: dns.rdataset.Rdataset | None,
) -> tuple[int, frozenset[dns.rdata.Rdata]] | None:
    """Return what makes two RRsets the same."""
    return None if rrset is None else (rrset.ttl, frozenset(rrset))
