"""Providers that take dynamic updates (RFC 2136).

How BIND 9.18, Knot DNS 3.2 and PowerDNS 4.7 refuse was tried out in 2026-11: they differ.
"""

from collections.abc import Mapping, Sequence
from typing import override

from ..address import Address, Family
from ..errors import (
    DdnsError,
    InvalidCredentials,
    InvalidField,
    Unavailable,
    UnexpectedResponse,
)
from ..hostname import Hostname
from ..net.dns import NameServer
from ..net.dns_update import PrimaryServer, Rcode, RecordSetChange
from ..provider import Provider
from ..provider_info import Result
from .in_the_way import cname_in_the_way
from .zone import ChangeKind, Holdings, Operation, Record, Zone, ZoneProvider
from .zone_refusals import zone_not_found

_DEFAULT_TTL = 300
_CHANGED_MEANWHILE = "changed_meanwhile"
# what one change may cause, so that the others of its message are tried without it
_OF_ONE_CHANGE = frozenset(
    {
        Rcode.BADKEY,  # Knot DNS says so too when a good key may not change the name
        Rcode.NOTZONE,
        Rcode.NXRRSET,
        Rcode.REFUSED,
        Rcode.YXRRSET,
    }
)
# answers about the key or the clock
_OF_THE_KEY = frozenset(
    {Rcode.BADKEY, Rcode.BADSIG, Rcode.BADTIME, Rcode.BADTRUNC, Rcode.UNSIGNED}
)
# the answers to a query for a zone that the server does not have
_NO_ZONE = frozenset({Rcode.NOT_AUTHORITATIVE, Rcode.REFUSED})
# the zone, the key or the hostname may be meant
_DOUBTFUL = frozenset({Rcode.BADKEY, Rcode.NOTAUTH, Rcode.REFUSED})
# stands for nothing; a signed question about it tells whether the key is good
_ANY_NAME = Hostname("name.invalid")
_REASONS: Mapping[Rcode, str] = {
    Rcode.BADKEY: "tsig_key_unknown",
    Rcode.BADSIG: "tsig_secret_wrong",
    Rcode.BADTIME: "clocks_differ",
    Rcode.BADTRUNC: "tsig_signature_short",
    Rcode.NOTAUTH: "not_primary_server",
    Rcode.NOTIMP: "no_dynamic_updates",
    Rcode.NOTZONE: "outside_zone",
    Rcode.NOT_AUTHORITATIVE: "hostname_delegated",
    Rcode.REFUSED: "not_allowed",
    Rcode.SERVFAIL: "zone_faulty",
    Rcode.UNSIGNED: "answer_unsigned",
}


class DnsUpdateProvider(ZoneProvider):
    """A DNS server that takes dynamic updates.

    Subclasses set `primary`, and `apex` where the user names the zone; otherwise the
    server is asked which of its zones holds a hostname.
    """

    outdated = frozenset({_CHANGED_MEANWHILE})
    primary: PrimaryServer
    apex: Hostname | None = None

    @override
    async def verify(self) -> None:
        """Ask for the zone and send an update without changes, both signed."""
        name = self.apex or _ANY_NAME
        found = (await self.primary.zones([name]))[name]
        if isinstance(found, Rcode) and found not in _NO_ZONE:
            raise _error(found)
        if self.apex is not None:
            await self._check(self.apex)
            if found != self.apex:
                raise _error(Rcode.NOTAUTH)

    # a server does not tell what it holds
    hostnames = Provider.hostnames

    @override
    def name_servers(self, hostname: Hostname) -> Sequence[NameServer]:
        """Return the server itself."""
        return [self.primary.server]

    @override
    async def zones(self) -> Sequence[Zone]:
        """Return the zone that the user named."""
        return [] if self.apex is None else [Zone(name=self.apex)]

    @override
    async def zones_of(
        self, hostnames: Sequence[Hostname]
    ) -> Mapping[Hostname, Zone | DdnsError]:
        """Return the zone that the user named, or ask the server."""
        if self.apex is not None:
            return await super().zones_of(hostnames)
        zones: dict[Hostname, Zone | DdnsError] = {}
        for hostname, found in (await self.primary.zones(hostnames)).items():
            if not isinstance(found, Rcode):
                zones[hostname] = Zone(name=found)
            elif found in _OF_THE_KEY:
                raise _error(found)
            else:
                zones[hostname] = (
                    zone_not_found() if found in _NO_ZONE else _error(found)
                )
        return zones

    @override
    async def holdings(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """Ask the server itself."""
        answers = await self.primary.record_sets(
            zone.name, [(name, family) for name in hostnames for family in Family]
        )
        if Rcode.REFUSED in answers.values():
            # servers refuse queries too when the zone is not theirs or the key is wrong
            await self._check(zone.name)
        records: list[Record] = []
        aliases: set[Hostname] = set()
        errors: dict[Hostname, DdnsError] = {}
        for (hostname, family), answer in answers.items():
            if isinstance(answer, Rcode):
                if answer in _OF_THE_KEY:
                    raise _error(answer)
                errors[hostname] = _error(answer)
            elif answer.alias:
                aliases.add(hostname)
            else:
                records += [
                    Record(
                        hostname=hostname, family=family, address=each, ttl=answer.ttl
                    )
                    for each in answer.addresses
                ]
        return Holdings(records=records, aliases=frozenset(aliases), errors=errors)

    @override
    async def apply(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Send all changes in one message, or one by one when one of them spoils it."""
        rcode = await self.primary.update(
            zone.name, [_change(each) for each in operations]
        )
        if rcode is Rcode.NOERROR:
            return await self._read_back(zone, operations)
        if len(operations) == 1 or rcode not in _OF_ONE_CHANGE:
            if rcode in _DOUBTFUL:
                await self._check(zone.name)
            failure = _error(Rcode.REFUSED if rcode is Rcode.BADKEY else rcode)
            return [failure] * len(operations)
        results: list[Result] = []
        for operation in operations:
            try:
                results += await self.apply(zone, [operation])
            except DdnsError as err:
                # of the server or the key: the rest would fare no better
                results += [err] * (len(operations) - len(results))
                break
        return results

    async def _check(self, zone: Hostname) -> None:
        """Send an update without changes. Raises DdnsError when that is refused."""
        rcode = await self.primary.update(zone)
        if rcode is Rcode.NOTAUTH and self.primary.key is None:
            # Knot DNS also says so to a client that may not update
            ours = (await self.primary.zones([zone]))[zone] == zone
            rcode = Rcode.REFUSED if ours else rcode
        if rcode is Rcode.REFUSED:
            raise InvalidCredentials(
                rcode.value,
                reason="key_not_permitted_in_zone",
            )
        if rcode is not Rcode.NOERROR:
            raise _error(rcode)

    async def _read_back(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Return what became of changes that the server said it made."""
        names = list(dict.fromkeys(each.update.hostname for each in operations))
        try:
            holdings = await self.holdings(zone, names)
        except DdnsError as err:
            err.maybe_applied = True
            raise
        for error in holdings.errors.values():
            error.maybe_applied = True
        record_sets = holdings.record_sets
        results: list[Result] = []
        for each in operations:
            key = (each.update.hostname, each.update.family)
            held = {record.address for record in record_sets.get(key, ())}
            results.append(_result(each, held, holdings))
        return results


def _change(operation: Operation) -> RecordSetChange:
    """Return the change of a record set that carries an operation out."""
    update, record = operation.update, operation.record
    ttl = update.settings.get("ttl")
    if ttl is None:
        ttl = _DEFAULT_TTL if record is None or record.ttl is None else record.ttl
    return RecordSetChange(
        hostname=update.hostname,
        family=update.family,
        held=frozenset(each.address for each in operation.siblings),
        remove=None if record is None else record.address,
        add=update.address if operation.change is not ChangeKind.DELETE else None,
        ttl=int(ttl),
    )


def _result(operation: Operation, held: set[Address], holdings: Holdings) -> Result:
    """Return what became of an operation, by the addresses that are held now."""
    update = operation.update
    if update.hostname in holdings.errors:
        return holdings.errors[update.hostname]
    wanted = set() if update.address is None else {update.address}
    unwanted = set() if operation.record is None else {operation.record.address}
    if wanted <= held and not (unwanted - wanted) & held:
        return operation.outcome
    if wanted and update.hostname in holdings.aliases:
        return cname_in_the_way()
    return UnexpectedResponse(
        "not_applied",
        reason="update_lost",
        maybe_applied=True,
    )


def _error(rcode: Rcode) -> DdnsError:
    """Return the error that an answer stands for."""
    reason = _REASONS.get(rcode, "")
    match rcode:
        case Rcode.BADKEY | Rcode.BADSIG | Rcode.BADTRUNC | Rcode.UNSIGNED:
            return InvalidCredentials(rcode.value, reason=reason)
        case Rcode.NOTAUTH:
            return InvalidField("zone", rcode.value, reason=reason)
        case Rcode.NOTZONE | Rcode.NOT_AUTHORITATIVE | Rcode.REFUSED:
            return InvalidField("hostname", rcode.value, reason=reason)
        case Rcode.BADTIME | Rcode.NOTIMP | Rcode.SERVFAIL:
            return Unavailable(rcode.value, reason=reason)
        case Rcode.NXRRSET | Rcode.YXRRSET:
            return Unavailable(reason=_CHANGED_MEANWHILE)
        case _:
            return UnexpectedResponse(rcode.value, reason=reason)
