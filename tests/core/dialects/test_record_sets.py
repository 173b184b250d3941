"""Zones changed by record sets: names as the APIs have them, and what the base makes of it."""

from collections.abc import Sequence
import logging
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Family, parse_address
from custom_components.ddns_plus.core.dialects.batches import PartsRefusedError
from custom_components.ddns_plus.core.dialects.json_zone import complete_name, full_name
from custom_components.ddns_plus.core.dialects.record_sets import (
    WantedRecordSet,
    record_sets,
    replace_record_sets,
)
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
    InvalidField,
    Refused,
    Unavailable,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import ProviderInfo, Result
from custom_components.ddns_plus.core.providers.desec.record_sets import (
    wire_form as desec_form,
)
from custom_components.ddns_plus.core.providers.powerdns.record_sets import (
    wire_form as powerdns_form,
    wire_name,
)
from tests.providers.offline import offline

from .zone_updates import told, update

ZONE = Zone(name=Hostname("example.org"), ttl=(3600, 86400))
OLD, NEW, FOREIGN = "198.51.100.1", "198.51.100.2", "198.51.100.3"

labels = st.text(st.sampled_from("abcxyz0189_-"), min_size=1, max_size=20).filter(
    lambda label: label[0] != "-" and label[-1] != "-" and not label.startswith("xn--")
)
umlauts = st.sampled_from(["bücher", "größe", "日本", "пример"])
names = st.lists(labels | umlauts, max_size=4).flatmap(
    lambda parts: st.sampled_from(
        [
            ".".join((*parts, "example.org")),
            ".".join(("*", *parts, "example.org")),
        ]
    )
)


def create(name: str, address: str = NEW, **settings: Any) -> Operation:
    """Return an operation that makes a new record."""
    return Operation(change=ChangeKind.CREATE, update=update(name, address, **settings))


def record(name: str, address: str, **more: Any) -> Record:
    """Return a record as a zone holds it."""
    parsed = parse_address(address)
    return Record(
        hostname=Hostname(name),
        family=Family.of(parsed),
        address=parsed,
        ttl=600,
        **more,
    )


@given(names)
def test_names_go_to_powerdns_and_come_back(name: str) -> None:
    """Complete, in punycode, with the dot at the end."""
    hostname = Hostname.parse(name)
    [wanted] = record_sets([create(name)])
    sent = powerdns_form(wanted)["name"]
    assert sent == wire_name(hostname) == f"{hostname.fqdn}."
    assert str(sent).isascii()
    assert complete_name(sent, ZONE.name) == hostname


@given(names)
def test_names_go_to_desec_and_come_back(name: str) -> None:
    """Relative to the domain, in punycode; the apex is empty."""
    hostname = Hostname.parse(name)
    [wanted] = record_sets([create(name)])
    sent = str(desec_form(wanted, ZONE)["subname"])
    assert f"{sent}.example.org".removeprefix(".") == hostname.fqdn
    assert not sent.endswith((".", "@"))
    assert sent.isascii()
    assert full_name(sent, ZONE.name) == hostname


@given(st.text(max_size=30))
def test_whatever_stands_in_a_zone_is_read_or_left_alone(name: str) -> None:
    """Records may have names that no hostname can have."""
    found = complete_name(name, ZONE.name)
    assert found is None or wire_name(found).endswith(".")


def test_operations_on_one_record_set_become_one() -> None:
    """The same hostname twice, and a leftover beside the new address."""
    held = [record("a.example.org", each) for each in (OLD, FOREIGN)]
    replace = Operation(
        change=ChangeKind.REPLACE,
        update=update("a.example.org", NEW, OLD, ttl=60),
        record=held[0],
        siblings=held,
    )
    [wanted] = record_sets([replace, replace])
    assert [str(each.address) for each in wanted.records] == [FOREIGN, NEW]
    assert (wanted.wanted_ttl, wanted.held_ttl, wanted.new) == (60, 600, False)


def test_a_disabled_record_with_the_wanted_address_does_not_stand_for_it() -> None:
    """It is kept, and the address is served by a record of its own."""
    held = [
        record("a.example.org", OLD),
        record("a.example.org", NEW, enabled=False),
    ]
    replace = Operation(
        change=ChangeKind.REPLACE,
        update=update("a.example.org", NEW, OLD),
        record=held[0],
        siblings=held,
    )
    [wanted] = record_sets([replace])
    assert [(str(each.address), each.enabled) for each in wanted.records] == [
        (NEW, False),
        (NEW, True),
    ]


class Server:
    """Takes record sets all or none, and keeps what it was asked."""

    def __init__(self, *spoilt: str, error: DdnsError) -> None:
        """Refuse these hostnames."""
        self.spoilt = set(spoilt)
        self.error = error
        self.asked: list[list[str]] = []

    async def send(self, wanted: Sequence[WantedRecordSet]) -> None:
        """Take record sets, or raise the error."""
        asked = [str(each.hostname) for each in wanted]
        self.asked.append(asked)
        if self.spoilt & set(asked):
            raise self.error


async def publish(
    server: Server, count: int = 8, **more: Any
) -> tuple[list[Result], list[int]]:
    """Create some hostnames; return the results and how many each request had."""
    operations = [create(f"host{number}.example.org") for number in range(count)]
    results = await replace_record_sets(
        operations, server.send, spoils=frozenset({"spoilt"}), **more
    )
    return results, [len(asked) for asked in server.asked]


async def test_what_spoils_a_request_is_found() -> None:
    """By halving; the others are put in place."""
    server = Server("host5.example.org", error=InvalidField("hostname", "spoilt"))
    results, sizes = await publish(server)
    assert sizes == [8, 4, 4, 2, 1, 1, 2]
    assert told(results.pop(5)) == (InvalidField, "spoilt", "hostname")
    assert results == [Outcome.CREATED] * 7


async def test_what_is_spent_on_it_is_limited() -> None:
    """Then it stays open whose error it is, and nobody is stopped by it."""
    error = InvalidField("hostname", "spoilt", "said", reason="r", facts={"f": "1"})
    server = Server("host5.example.org", error=error)
    results, sizes = await publish(server, most_splits=1)
    assert sizes == [8, 4, 4]
    assert results[:4] == [Outcome.CREATED] * 4
    for each in results[4:]:
        assert told(each) == (UnexpectedResponse, "batch_refused", None)
        assert isinstance(each, DdnsError)
        assert each.words == {**error.words, "code": "batch_refused"}


@pytest.mark.parametrize(
    "error", [Unavailable("spoilt", maybe_applied=True), Refused("other")]
)
async def test_what_the_next_request_would_meet_too_ends_it(error: DdnsError) -> None:
    """Nothing more is sent."""
    server = Server("host0.example.org", error=error)
    results, sizes = await publish(server, largest=3)
    assert sizes == [3]
    assert results == [error] * 8


async def test_parts_that_are_named_are_left_out() -> None:
    """One request more, whatever their number."""
    asked: list[int] = []
    error = InvalidField("ttl", "ttl_refused")

    async def send(wanted: Sequence[WantedRecordSet]) -> None:
        asked.append(len(wanted))
        if len(asked) == 1:
            raise PartsRefusedError({1: error, 3: error})

    operations = [create(f"host{number}.example.org") for number in range(4)]
    results = await replace_record_sets(operations, send, spoils=frozenset())
    assert results == [Outcome.CREATED, error, Outcome.CREATED, error]
    assert asked == [4, 2]


class Zones(ZoneProvider):
    """A provider with one zone and nothing in it."""

    zone = ZONE
    held: Sequence[Record] = ()
    info = ProviderInfo(
        slug="zones", name="Zones", website="", credentials_url="", fields=()
    )

    async def zones(self) -> Sequence[Zone]:
        """Return the zone."""
        return [self.zone]

    async def holdings(self, zone: Zone, hostnames: Sequence[Hostname]) -> Holdings:
        """Return what it holds."""
        return Holdings(records=self.held)

    async def apply(
        self, zone: Zone, operations: Sequence[Operation]
    ) -> Sequence[Result]:
        """Keep what is to be done."""
        self.applied = operations
        return [each.outcome for each in operations]


@pytest.mark.parametrize(("wanted", "used"), [(60, 3600), (4000, 4000), (10**6, 86400)])
async def test_ttl_is_what_the_zone_takes_and_the_log_tells(
    wanted: int, used: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Once, and only when it is not the one that the user wanted."""
    caplog.set_level(logging.WARNING)
    provider = Zones({}, offline())
    for _ in range(2):
        await provider.publish([update("a.example.org", NEW, ttl=wanted)])
        assert provider.applied[0].update.settings["ttl"] == used
    lines = [f"TTL from 3600 to 86400 seconds, so it is {used} and not {wanted}"]
    told_lines = [entry.getMessage() for entry in caplog.records]
    assert len(told_lines) == (used != wanted)
    assert all(line.endswith(lines[0]) for line in told_lines)


async def test_a_copy_of_a_zone_is_not_written_to() -> None:
    """Its hostnames are told so."""
    provider = Zones({}, offline())
    provider.zone = Zone(name=Hostname("example.org"), writable=False)
    [result] = await provider.publish([update("a.example.org", NEW)])
    assert told(result) == (Refused, "zone_read_only", None)


async def test_disabled_records_are_neither_ours_nor_in_the_way() -> None:
    """They are not withdrawn, not held, and not switched on."""
    provider = Zones({}, offline())
    provider.held = [record("a.example.org", OLD, enabled=False)]
    [result] = await provider.publish([update("a.example.org", None, OLD)])
    assert result is Outcome.WITHDRAWN
    [result] = await provider.publish([update("a.example.org", NEW)])
    assert told(result) == (Refused, "record_disabled", None)
    key = (Hostname("a.example.org"), Family.IPV4)
    assert await provider.read([key]) == {key: frozenset()}

    provider.held = [*provider.held, record("a.example.org", FOREIGN)]
    [result] = await provider.publish([update("a.example.org", NEW)])
    assert result is Outcome.UPDATED
    [operation] = provider.applied
    assert len(operation.siblings) == 2
