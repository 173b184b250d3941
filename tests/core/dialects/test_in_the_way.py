"""Records beside which addresses are not served: they are told, and left alone."""

from typing import Any

import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.dialects.json_zone import holdings_from
from custom_components.ddns_plus.core.dialects.zone import Record, Zone
from custom_components.ddns_plus.core.errors import InvalidField
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.providers.route53.xml import (
    holdings_from as route53_holdings,
    parsed,
    record_sets_in,
)

ZONE, HOME = Hostname("example.com"), Hostname("home.example.com")


def json_holdings(name: str, kind: str) -> Any:
    """Return what a JSON zone with one record holds."""

    def no_records(*_: object) -> list[Record]:
        return []

    items = [{"name": name, "type": kind}]
    return holdings_from(items, Zone(name=ZONE), [ZONE, HOME], no_records)


def xml_holdings(name: str, kind: str) -> Any:
    """Return what a hosted zone with one record holds."""
    fqdn = f"{name}.example.com." if name else "example.com."
    root = parsed(
        "<A><ResourceRecordSets><ResourceRecordSet>"
        f"<Name>{fqdn}</Name><Type>{kind}</Type>"
        "</ResourceRecordSet></ResourceRecordSets></A>"
    )
    assert root is not None
    return route53_holdings(record_sets_in(root), ZONE, [ZONE, HOME])


@pytest.mark.parametrize("holdings", [json_holdings, xml_holdings])
@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("NS", "ns_in_the_way"),
        ("ALIAS", "record_makes_addresses"),
        ("ANAME", "record_makes_addresses"),
    ],
)
def test_in_the_way(holdings: Any, kind: str, reason: str) -> None:
    """Neither address can be published at the name."""
    blocked = holdings("home", kind).blocked
    assert {key: error.reason for key, error in blocked.items()} == {
        (HOME, family): reason for family in Family
    }
    assert all(isinstance(error, InvalidField) for error in blocked.values())


@pytest.mark.parametrize("holdings", [json_holdings, xml_holdings])
@pytest.mark.parametrize(
    ("name", "kind"), [("", "NS"), ("home", "TXT"), ("home", "MX"), ("nas", "NS")]
)
def test_not_in_the_way(holdings: Any, name: str, kind: str) -> None:
    """The zone's own name servers, other records, and other names are not."""
    found = holdings(name, kind)
    assert not found.blocked
    assert not found.errors
