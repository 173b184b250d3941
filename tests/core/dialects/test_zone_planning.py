"""What is done to the records of a zone, and what is left alone."""

from collections.abc import Coroutine, Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, cast, override

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.dialects.zone import (
    ChangeKind,
    Holdings,
    Operation,
    Record,
    Zone,
    ZoneProvider,
)
from custom_components.ddns_plus.core.errors import (
    DdnsError,
    InvalidCredentials,
    InvalidField,
    Refused,
    Unavailable,
)
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import ProviderInfo, Result, Update
from tests.providers.offline import offline

from .zone_updates import told, update

HOME = "home.example.org"
OLD, NEW, FOREIGN, OTHER = "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"
V6 = "2001:db8::1"


class MemoryZones(ZoneProvider):
    """Zones in memory, with the changes that were made, in order."""

    info = ProviderInfo(
        slug="memory", name="Memory", website="", credentials_url="", fields=()
    )

    def __init__(
        self, *records: Record, zones: Sequence[str] = ("example.org",)
    ) -> None:
        """Start with some records."""
        super().__init__({}, offline())
        self.names = zones
        self.records = list(records)
        self.aliases: frozenset[Hostname] = frozenset()
        self.errors: dict[Hostname, DdnsError] = {}
        self.unlisted: dict[str, DdnsError] = {}
        self.changes: list[tuple[str, ChangeKind, str]] = []

    @override
    async def zones(self) -> Sequence[Zone]:
        """Return the zones."""
        if "" in self.unlisted:
            raise self.unlisted[""]
        return [Zone(name=Hostname(name)) for name in self.names]

    @override
    async def holdings(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """Return the records."""
        if str(zone.name) in self.unlisted:
            raise self.unlisted[str(zone.name)]
        return Holdings(
            records=[each for each in self.records if each.hostname in hostnames],
            aliases=self.aliases,
            errors=self.errors,
        )

    @override
    async def apply(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Change the records."""
        for each in operations:
            update = each.update
            self.changes.append((str(zone.name), each.change, str(update.hostname)))
            if each.record is not None:
                self.records.remove(each.record)
            if each.change is not ChangeKind.DELETE:
                ttl = update.settings.get("ttl")
                self.records.append(
                    record(
                        str(update.hostname),
                        str(update.address),
                        ttl=None if ttl is None else int(ttl),
                    )
                )
        return [each.outcome for each in operations]

    def held(self, name: str = HOME) -> set[str]:
        """Return the addresses at a hostname."""
        return {
            str(each.address) for each in self.records if str(each.hostname) == name
        }


def record(name: str, address: str, *, ttl: int | None = None) -> Record:
    """Return a record."""
    value = ip_address(address)
    return Record(
        hostname=Hostname(name), family=Family.of(value), address=value, ttl=ttl
    )


def run[ResultT](coroutine: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Run what never has to wait."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return cast(ResultT, stop.value)
    raise AssertionError("it waits")


@pytest.mark.parametrize(
    ("there", "wanted", "outcome", "left"),
    [
        pytest.param([], update(HOME, NEW), "created", {NEW}, id="new"),
        pytest.param([], update(HOME, NEW, OLD), "created", {NEW}, id="vanished"),
        pytest.param([NEW], update(HOME, NEW, OLD), "unchanged", {NEW}, id="right"),
        pytest.param(
            [NEW, FOREIGN],
            update(HOME, NEW),
            "unchanged",
            {NEW, FOREIGN},
            id="right beside a foreign one",
        ),
        pytest.param([OLD], update(HOME, NEW, OLD), "updated", {NEW}, id="ours"),
        pytest.param([OLD], update(HOME, NEW), "updated", {NEW}, id="the only one"),
        pytest.param(
            [OLD, V6], update(HOME, NEW), "updated", {NEW, V6}, id="other family stays"
        ),
        pytest.param(
            [FOREIGN, OLD, OTHER],
            update(HOME, NEW, OLD),
            "updated",
            {NEW, FOREIGN, OTHER},
            id="ours among foreign ones",
        ),
        pytest.param(
            [OLD, NEW, FOREIGN],
            update(HOME, NEW, OLD),
            "updated",
            {NEW, FOREIGN},
            id="leftover of an interrupted run",
        ),
        pytest.param([OLD], update(HOME, None, OLD), "withdrawn", set(), id="the last"),
        pytest.param(
            [OLD, FOREIGN],
            update(HOME, None, OLD),
            "withdrawn",
            {FOREIGN},
            id="withdrawn beside a foreign one",
        ),
        pytest.param(
            [FOREIGN],
            update(HOME, None, OLD),
            "withdrawn",
            {FOREIGN},
            id="withdrawn already",
        ),
    ],
)
def test_one_record(
    there: list[str], wanted: Update, outcome: str, left: set[str]
) -> None:
    """What becomes of the records at a hostname; once more changes nothing."""
    account = MemoryZones(*(record(HOME, each) for each in there))
    assert run(account.publish([wanted])) == [Outcome(outcome)]
    assert account.held() == left

    made = len(account.changes)
    assert made <= 1
    again = replace(wanted, previous=wanted.address or wanted.previous)
    [outcome_again] = run(account.publish([again]))
    assert outcome_again in (Outcome.UNCHANGED, Outcome.WITHDRAWN)
    assert len(account.changes) == made


def test_withdrawal_of_what_was_never_known() -> None:
    """Without knowing what was ours nothing is deleted."""
    account = MemoryZones(record(HOME, OLD))
    withdrawal = Update(hostname=Hostname(HOME), family=Family.IPV4, address=None)
    assert run(account.publish([withdrawal])) == [Outcome.WITHDRAWN]
    assert account.held() == {OLD}


@pytest.mark.parametrize("previous", [None, OTHER])
def test_several_unknown_records(previous: str | None) -> None:
    """Nobody can tell which of them to replace: the user is asked."""
    account = MemoryZones(record(HOME, OLD), record(HOME, FOREIGN))
    [result] = run(account.publish([update(HOME, NEW, previous)]))
    assert told(result) == (InvalidField, "several_records", "hostname")
    assert account.changes == []


def test_alias_in_the_way() -> None:
    """An address cannot stand beside it; there is nothing to withdraw there either."""
    account = MemoryZones()
    account.aliases = frozenset({Hostname(HOME)})
    results = run(account.publish([update(HOME, NEW), update(HOME, None, V6)]))
    assert told(results[0]) == (InvalidField, "cname_in_the_way", "hostname")
    assert results[1] is Outcome.WITHDRAWN
    assert account.changes == []


@pytest.mark.parametrize(
    ("there", "wanted", "outcome"),
    [
        (600, 600, Outcome.UNCHANGED),
        (300, 600, Outcome.UPDATED),
        (300, None, Outcome.UNCHANGED),
        (None, 600, Outcome.UNCHANGED),
    ],
)
def test_ttl(there: int | None, wanted: int | None, outcome: Outcome) -> None:
    """A TTL is a reason to write only if the user wants one and another is known."""
    account = MemoryZones(record(HOME, NEW, ttl=there))
    settings = {} if wanted is None else {"ttl": wanted}
    assert run(account.publish([update(HOME, NEW, **settings)])) == [outcome]
    if outcome is Outcome.UPDATED:
        assert [each.ttl for each in account.records] == [wanted]


def test_record_of_the_provider_itself() -> None:
    """It is not replaced; being right it is fine."""
    managed = replace(record(HOME, OLD), managed=True)
    account = MemoryZones(managed)
    [result] = run(account.publish([update(HOME, NEW)]))
    assert told(result) == (Refused, "record_managed", None)
    assert run(account.publish([update(HOME, OLD)])) == [Outcome.UNCHANGED]
    assert account.records == [managed]


def test_deletions_come_last() -> None:
    """A failure in between leaves more addresses, never none."""
    account = MemoryZones(record(HOME, OLD))
    run(account.publish([update(HOME, None, OLD), update("a.example.org", NEW)]))
    assert [change for _, change, _ in account.changes] == [
        ChangeKind.CREATE,
        ChangeKind.DELETE,
    ]


def test_zone_with_the_longest_suffix() -> None:
    """A zone below another one takes the names within it, by whole labels."""
    account = MemoryZones(
        zones=["example.org", "deep.example.org", "example.com", "ep.example.org"]
    )
    names = [
        "home.example.org",
        "a.deep.example.org",
        "deep.example.org",
        "xdeep.example.org",
        "*.example.com",
    ]
    results = run(account.publish([update(name, NEW) for name in names]))
    assert results == [Outcome.CREATED] * 5
    assert {name: zone for zone, _, name in account.changes} == {
        "home.example.org": "example.org",
        "a.deep.example.org": "deep.example.org",
        "deep.example.org": "deep.example.org",
        "xdeep.example.org": "example.org",
        "*.example.com": "example.com",
    }


def test_zone_not_found() -> None:
    """Only the hostname without a zone is left out."""
    account = MemoryZones()
    results = run(account.publish([update("a.example.net", NEW), update(HOME, NEW)]))
    assert told(results[0]) == (InvalidField, "zone_not_found", "hostname")
    assert results[1] is Outcome.CREATED


def test_zone_that_fails() -> None:
    """It touches only its own hostnames."""
    account = MemoryZones(zones=["example.org", "example.net"])
    error = Unavailable("http_500")
    account.unlisted["example.org"] = error
    updates = [update(HOME, NEW), update("a.example.net", NEW), update(HOME, V6)]
    assert run(account.publish(updates)) == [error, Outcome.CREATED, error]


def test_account_that_fails() -> None:
    """Without a list of zones nothing can be published; reading says why."""
    account = MemoryZones()
    account.unlisted[""] = error = InvalidCredentials("http_403")
    assert run(account.publish([update(HOME, NEW)])) == [error]
    with pytest.raises(InvalidCredentials):
        run(account.read([(Hostname(HOME), Family.IPV4)]))
    with pytest.raises(InvalidCredentials):
        run(account.hostnames())


def test_hostname_that_is_not_told_about() -> None:
    """Its error is its own; it is not read as empty."""
    account = MemoryZones(record("a.example.org", OLD))
    error = Unavailable("servfail")
    account.errors = {Hostname(HOME): error}
    updates = [
        update(HOME, NEW),
        update("a.example.org", NEW),
        update(HOME, None, V6),
    ]
    assert run(account.publish(updates)) == [error, Outcome.UPDATED, error]
    held = run(
        account.read(
            [(Hostname(HOME), Family.IPV4), (Hostname("a.example.org"), Family.IPV4)]
        )
    )
    assert held == {(Hostname("a.example.org"), Family.IPV4): {IPv4Address(NEW)}}


def test_reading() -> None:
    """What stands there, nothing included; names of no zone are left out."""
    account = MemoryZones(
        record(HOME, OLD),
        record(HOME, FOREIGN),
        record(HOME, V6),
        record("a.example.net", OLD),
        zones=["example.org", "example.net"],
    )
    home, other = Hostname(HOME), Hostname("a.example.net")
    wanted = [
        (home, Family.IPV4),
        (other, Family.IPV6),
        (Hostname("a.example.com"), Family.IPV4),
        (home, Family.IPV6),
    ]
    assert run(account.read(wanted)) == {
        (home, Family.IPV4): {IPv4Address(OLD), IPv4Address(FOREIGN)},
        (home, Family.IPV6): {IPv6Address(V6)},
        (other, Family.IPV6): set[IPv6Address](),
    }
    assert run(account.hostnames()) == [
        Hostname("example.org"),
        Hostname("example.net"),
    ]


_ADDRESSES = st.sampled_from([OLD, NEW, FOREIGN, OTHER])


@given(
    there=st.sets(_ADDRESSES),
    address=st.none() | _ADDRESSES,
    previous=st.none() | _ADDRESSES,
)
def test_never_more_than_our_own(
    there: set[str], address: str | None, previous: str | None
) -> None:
    """Whatever is there: at most one record goes, ours or the only one, and one comes."""
    account = MemoryZones(*(record(HOME, each) for each in sorted(there)))
    [result] = run(
        account.publish(
            [
                Update(
                    hostname=Hostname(HOME),
                    family=Family.IPV4,
                    address=address and ip_address(address),
                    previous=previous and ip_address(previous),
                )
            ]
        )
    )
    gone, come = there - account.held(), account.held() - there
    assert gone <= ({previous} if len(there) > 1 or address is None else there)
    assert come <= {address}
    if isinstance(result, DdnsError):
        assert not gone | come
    elif address is None:
        assert previous not in account.held()
    else:
        assert address in account.held()
        assert previous == address or previous not in account.held()


async def test_a_zone_is_a_request_of_its_own() -> None:
    """So that limits of writes hold before a round over many zones starts."""
    provider = MemoryZones(zones=("example.org", "sub.example.org", "example.net"))
    names = ("a.example.org", "b.example.org", "x.sub.example.org", "example.net")
    updates = [update(name, NEW) for name in names]
    # nothing was listed: the domain is a good guess
    assert [len(part) for part in provider.in_requests(updates)] == [3, 1]
    await provider.publish(updates)
    parts = provider.in_requests(updates)
    assert [[each.hostname.fqdn for each in part] for part in parts] == [
        ["a.example.org", "b.example.org"],
        ["x.sub.example.org"],
        ["example.net"],
    ]
    assert provider.in_requests([]) == []
