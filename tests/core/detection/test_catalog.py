"""Tests of the table of who can be asked."""

from ipaddress import ip_address

import pytest
from yarl import URL

from custom_components.ddns_plus.core.address import Family, publishable
from custom_components.ddns_plus.core.detection.catalog import (
    CLOUDFLARE_NETWORKS,
    SOURCES,
    default_sources,
    sources_of_providers,
)
from custom_components.ddns_plus.core.detection.echo.custom import (
    CustomService,
    check_custom_source,
    custom_source,
)
from custom_components.ddns_plus.core.detection.methods import (
    DnsServer,
    Format,
    Local,
    StunServer,
    WebService,
)
from custom_components.ddns_plus.core.detection.source import HOST, Transport
from custom_components.ddns_plus.core.observation import ROUTER
from custom_components.ddns_plus.core.providers import provider_slugs

WEB_SERVICES = [
    (source, family, method)
    for source in SOURCES.values()
    for family in Family
    if isinstance(method := source.method(family), WebService)
]


@pytest.mark.parametrize("family", Family)
def test_the_defaults_can_settle_everything(family: Family) -> None:
    """For each family at least three operators that answer over TLS, none of them twice first."""
    operators = [
        source.operator
        for source in default_sources(family)
        if (method := source.method(family)) and method.transport is Transport.TLS
    ]
    assert len(set(operators)) >= 3
    assert len(set(operators[:3])) == 3


@pytest.mark.parametrize("family", Family)
def test_providers_are_asked_for_their_users_only(family: Family) -> None:
    """Each belongs to a provider that there is, and nobody else is sent to it."""
    of_providers = sources_of_providers(family)
    assert of_providers
    assert not {*of_providers} & {*default_sources(family)}
    for source in of_providers:
        assert source.providers
        method = source.method(family)
        assert method is not None
        assert method.transport is Transport.TLS
    for source in SOURCES.values():
        assert source.providers <= set(provider_slugs())


@pytest.mark.parametrize("family", Family)
def test_what_anybody_could_forge_is_asked_last(family: Family) -> None:
    """What is in the house is asked first, what travels unprotected at the end."""
    methods = [source.method(family) for source in default_sources(family)]
    order = [Transport.LAN, Transport.TLS, Transport.PLAIN]
    places = [order.index(method.transport) for method in methods if method]
    assert places == sorted(places)
    assert set(places) == {0, 1, 2}


@pytest.mark.parametrize("key", SOURCES)
def test_a_source_is_called_as_in_the_table(key: str) -> None:
    """And can tell at least one family."""
    source = SOURCES[key]
    assert source.key == key
    methods = [method for family in Family if (method := source.method(family))]
    assert methods
    local = any(isinstance(method, Local) for method in methods)
    assert (source.operator in (ROUTER, HOST)) is local
    assert source.outside is not local


@pytest.mark.parametrize(
    ("key", "family", "method"),
    [(source.key, family, method) for source, family, method in WEB_SERVICES],
)
def test_built_in_services_obey_the_rules_for_users(
    key: str, family: Family, method: WebService
) -> None:
    """They are asked over TLS, by name, and would be recognised if a user gave them."""
    assert URL(method.url).scheme == "https"
    assert method.transport is Transport.TLS
    assert method.verify_tls
    assert not method.local
    assert method.header is None
    assert method.credentials is None
    given = CustomService(
        url=method.url,
        family=family,
        answer=method.format,
        expression=method.expression,
    )
    assert check_custom_source(given) == {}
    assert custom_source(given).operator == SOURCES[key].operator
    assert custom_source(given).method(family) == method


def test_servers_are_asked_over_the_family_they_tell() -> None:
    """At an address that can be reached, by a name where a certificate can show it."""
    for source in SOURCES.values():
        for family in Family:
            match source.method(family):
                case DnsServer(server=server) as method:
                    assert Family.of(server) is family
                    assert publishable(server)
                    encrypted = method.tls_name is not None
                    assert (method.transport is Transport.TLS) is encrypted
                case StunServer(transport=transport):
                    assert transport is Transport.PLAIN


def test_a_trace_is_asked_by_name() -> None:
    """The well-known addresses are squatted by routers."""
    hosts = {
        URL(method.url).host
        for _, _, method in WEB_SERVICES
        if method.format is Format.TRACE
    }
    assert hosts == {"api.cloudflare.com"}


def test_networks_of_cloudflare_hold_the_addresses_that_were_told_wrongly() -> None:
    """And not those of homes."""
    for text, held in (
        ("104.18.0.0", True),
        ("172.64.1.1", True),
        ("2606:4700::6812:0", True),
        ("11.22.33.44", False),
        ("2606:2800:220:1::44", False),
    ):
        address = ip_address(text)
        assert any(address in network for network in CLOUDFLARE_NETWORKS) is held
