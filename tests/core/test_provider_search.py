"""Which providers a hostname leads to."""

from fnmatch import fnmatchcase

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.provider_info import ProviderInfo
from custom_components.ddns_plus.core.provider_search import by_domain, by_name_servers
from custom_components.ddns_plus.core.providers import load_all

INFOS = [provider.info for provider in load_all().values()]
DOMAINS = sorted({domain for info in INFOS for domain in info.domains})
LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)


def info(slug: str, *domains: str, servers: tuple[str, ...] = ()) -> ProviderInfo:
    """Return a provider with domains and name servers of its own."""
    return ProviderInfo(
        slug=slug,
        name=slug.capitalize(),
        website="https://example.com/",
        credentials_url="https://example.com/",
        fields=(),
        domains=domains,
        name_servers=servers,
    )


@given(LABEL, st.sampled_from(DOMAINS))
def test_every_name_below_a_domain_leads_to_its_provider(
    label: str, domain: str
) -> None:
    """The providers of the longest domain are found, and no others."""
    hostname = Hostname.parse(f"{label}.{domain}")
    longest = max(
        (each for each in DOMAINS if hostname.within(Hostname(each))), key=len
    )
    found = by_domain(hostname, INFOS)
    assert found == sorted(
        (each for each in INFOS if longest in each.domains),
        key=lambda each: each.name.casefold(),
    )


def test_longest_domain_counts() -> None:
    """A domain below another's can belong to another provider."""
    short, longer = info("short", "example.org"), info("longer", "dyn.example.org")
    assert by_domain(Hostname("a.dyn.example.org"), [short, longer]) == [longer]
    assert by_domain(Hostname("adyn.example.org"), [short, longer]) == [short]
    assert by_domain(Hostname("notexample.org"), [short, longer]) == []


def test_zone_with_servers_of_two_operators() -> None:
    """Both are offered, by name."""
    one, other = (
        info("one", servers=("ns?.one.net",)),
        info("an", servers=("*.an.net",)),
    )
    names = ["NS1.One.net.", "a.an.net", "ns.elsewhere.net"]
    assert by_name_servers(names, [one, other]) == [other, one]
    assert by_name_servers(["ns1.one.net.evil.org"], [one, other]) == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_domains_are_in_canonical_form(domain: str) -> None:
    """A domain that is written otherwise would never be found."""
    assert Hostname.parse(domain).fqdn == domain


def test_patterns_of_name_servers_differ() -> None:
    """No provider's pattern takes another company's servers."""
    patterns = {pattern for each in INFOS for pattern in each.name_servers}
    for pattern in patterns:
        example = pattern.replace("*", "a").replace("?", "1")
        assert {other for other in patterns if fnmatchcase(example, other)} == {pattern}
