"""RFC 2136 against a real BIND."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.errors import InvalidField
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.dns import NameServer
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.net.tsig import TSIG_ALGORITHMS
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.providers.rfc2136 import Rfc2136
from tests.core.dialects.zone_updates import told, update

from .bind import SECRET, Bind
from .conftest import HOME, NEW, NEW_V6
from .relay import Relay

pytestmark = pytest.mark.real


async def test_new_hostname_is_created(bind: Bind, provider: Rfc2136) -> None:
    """Both families of a name that did not exist appear, with the usual TTL."""
    name = "new.example.org"
    results = await provider.publish([update(name, NEW), update(name, NEW_V6)])

    assert results == [Outcome.CREATED, Outcome.CREATED]
    assert await bind.dig(name, "A") == [NEW]
    assert await bind.dig(name, "AAAA") == [NEW_V6]
    assert await bind.ttl(name, "A") == 300


async def test_changed_address_replaces_the_old_one(
    bind: Bind, provider: Rfc2136
) -> None:
    """The TTL that the administrator chose stays."""
    results = await provider.publish([update(HOME, NEW, "198.51.100.1")])

    assert results == [Outcome.UPDATED]
    assert await bind.dig(HOME, "A") == [NEW]
    assert await bind.ttl(HOME, "A") == 600


async def test_right_record_is_left_alone(bind: Bind, provider: Rfc2136) -> None:
    """No update is sent for what is right already."""
    assert await provider.publish([update(HOME, "198.51.100.1")]) == [Outcome.UNCHANGED]
    assert await bind.serial() == 1


async def test_many_hostnames_travel_in_one_message(
    bind: Bind, relay: Relay, through_relay: Rfc2136
) -> None:
    """A hundred hostnames with both families need one update and two conversations more."""
    names = [f"host{number}.example.org" for number in range(100)]
    results = await through_relay.publish(
        [update(name, address) for name in names for address in (NEW, NEW_V6)]
    )

    assert set(results) == {Outcome.CREATED}
    assert relay.updates == 1
    assert relay.connections == 3
    assert await bind.serial() == 2
    assert await bind.dig(names[-1], "AAAA") == [NEW_V6]


async def test_foreign_address_survives(bind: Bind, provider: Rfc2136) -> None:
    """Only our own value of the record set is replaced."""
    results = await provider.publish(
        [update("shared.example.org", NEW, "198.51.100.2")]
    )

    assert results == [Outcome.UPDATED]
    assert await bind.dig("shared.example.org", "A") == ["198.51.100.3", NEW]


async def test_unknown_addresses_are_not_touched(bind: Bind, provider: Rfc2136) -> None:
    """With several values and none of them ours nobody can tell which to replace."""
    [result] = await provider.publish([update("shared.example.org", NEW)])

    assert told(result) == (InvalidField, "several_records", "hostname")
    assert await bind.serial() == 1


async def test_leftover_of_an_interrupted_run_goes(
    bind: Bind, provider: Rfc2136
) -> None:
    """The old address beside the right one is removed."""
    results = await provider.publish(
        [update("shared.example.org", "198.51.100.3", "198.51.100.2")]
    )

    assert results == [Outcome.UPDATED]
    assert await bind.dig("shared.example.org", "A") == ["198.51.100.3"]


async def test_hostname_given_twice(bind: Bind, provider: Rfc2136) -> None:
    """The same update twice in one message is one change."""
    results = await provider.publish(
        [update(HOME, NEW), update(HOME, NEW), update("new.example.org", NEW)] * 2
    )

    assert results == [Outcome.UPDATED, Outcome.UPDATED, Outcome.CREATED] * 2
    assert await bind.dig(HOME, "A") == [NEW]
    assert await bind.serial() == 2


async def test_ttl_is_set(bind: Bind, provider: Rfc2136) -> None:
    """The user's TTL is given to new records and to those that have another."""
    results = await provider.publish(
        [
            update("new.example.org", NEW, ttl=120),
            update("shared.example.org", "198.51.100.2", "198.51.100.2", ttl=120),
        ]
    )

    assert results == [Outcome.CREATED, Outcome.UPDATED]
    assert await bind.ttl("new.example.org", "A") == 120
    assert await bind.ttl("shared.example.org", "A") == 120
    assert await bind.dig("shared.example.org", "A") == ["198.51.100.2", "198.51.100.3"]


async def test_cname_in_the_way(bind: Bind, provider: Rfc2136) -> None:
    """The server would accept the address and ignore it."""
    results = await provider.publish(
        [update("alias.example.org", NEW), update(HOME, NEW)]
    )

    assert told(results[0]) == (InvalidField, "cname_in_the_way", "hostname")
    assert results[1] is Outcome.UPDATED


@pytest.mark.parametrize(
    "name", ["*.new.example.org", "*.any.example.org", "*.example.org", "example.org"]
)
async def test_wildcard_and_apex(bind: Bind, provider: Rfc2136, name: str) -> None:
    """They are names like any other."""
    results = await provider.publish([update(name, NEW), update(name, NEW_V6)])

    assert all(result in (Outcome.CREATED, Outcome.UPDATED) for result in results), (
        results
    )
    assert await bind.dig(name, "A") == [NEW]
    assert await bind.dig(name, "AAAA") == [NEW_V6]


async def test_address_that_only_a_wildcard_gives(
    bind: Bind, provider: Rfc2136
) -> None:
    """The wildcard's answer is no record: AAAA alone at the name would hide it."""
    name = "host.any.example.org"
    assert await bind.dig(name, "A") == ["198.51.100.4"]

    results = await provider.publish(
        [update(name, "198.51.100.4"), update(name, NEW_V6)]
    )

    assert results == [Outcome.CREATED, Outcome.CREATED]
    assert await bind.dig(name, "A") == ["198.51.100.4"]
    assert await bind.dig("*.any.example.org", "AAAA") == []
    # now that it is a record of its own, it is right
    assert await provider.publish([update(name, "198.51.100.4")]) == [Outcome.UNCHANGED]


async def test_cname_that_only_a_wildcard_gives(bind: Bind, provider: Rfc2136) -> None:
    """A wildcard's CNAME is not in the way of a name of its own."""
    name = "host.alias.example.org"
    assert await provider.publish([update(name, NEW)]) == [Outcome.CREATED]
    assert await bind.dig(name, "A") == [NEW]


async def test_idna(bind: Bind, provider: Rfc2136) -> None:
    """Names are sent the way DNS writes them."""
    assert await provider.publish([update("Bücher.example.org.", NEW)]) == [
        Outcome.CREATED
    ]
    assert await bind.dig("xn--bcher-kva.example.org", "A") == [NEW]


async def test_withdrawal_removes_only_ours(bind: Bind, provider: Rfc2136) -> None:
    """Foreign values and the other family stay; what is gone already is fine."""
    await bind.change(f"update add {HOME} 300 AAAA 2001:db8::1")
    results = await provider.publish(
        [
            update("shared.example.org", None, "198.51.100.2"),
            update(HOME, None, "198.51.100.1"),
            update("example.org", None, "198.51.100.77"),
        ]
    )

    assert results == [Outcome.WITHDRAWN] * 3
    assert await bind.dig("shared.example.org", "A") == ["198.51.100.3"]
    assert await bind.dig(HOME, "A") == []
    assert await bind.dig(HOME, "AAAA") == ["2001:db8::1"]
    assert await bind.dig("example.org", "A") == ["198.51.100.9"]


@pytest.mark.parametrize("algorithm", TSIG_ALGORITHMS)
async def test_every_algorithm(bind: Bind, http: HttpClient, algorithm: str) -> None:
    """Each of them signs what BIND accepts."""
    provider = Rfc2136(
        bind.settings(tsig_key_name=f"key-{algorithm}", tsig_algorithm=algorithm), http
    )
    await provider.verify()
    assert await provider.publish([update(HOME, NEW)]) == [Outcome.UPDATED]


async def test_zones_are_found(bind: Bind, http: HttpClient) -> None:
    """Without a zone in the settings the server is asked, the deepest one counts."""
    provider = Rfc2136(bind.settings(zone=""), http)
    await provider.verify()
    results = await provider.publish(
        [
            update(HOME, NEW),
            update("a.b.deep.example.org", NEW),
            update("host.alias.example.org", NEW),
            update("a.delegated.example.org", NEW),
            update("a.example.net", NEW),
        ]
    )

    assert results[:3] == [Outcome.UPDATED, Outcome.CREATED, Outcome.CREATED]
    assert told(results[3]) == (InvalidField, "zone_not_found", "hostname")
    assert told(results[4]) == (InvalidField, "zone_not_found", "hostname")
    assert await bind.serial("deep.example.org") == 2


@pytest.mark.parametrize("server", ["::1", "localhost", " 127.0.0.1 "])
async def test_server_by_name_and_ipv6(
    bind: Bind, http: HttpClient, server: str
) -> None:
    """A server is reached by whatever leads to it."""
    provider = Rfc2136(bind.settings(server=server), http)
    assert await provider.publish([update(HOME, NEW)]) == [Outcome.UPDATED]


async def test_reading(bind: Bind, provider: Rfc2136) -> None:
    """What the server holds; nothing is said of names that are not its own."""
    shared, home = Hostname("shared.example.org"), Hostname(HOME)
    held = await provider.read(
        [
            (shared, Family.IPV4),
            (home, Family.IPV6),
            (Hostname("a.delegated.example.org"), Family.IPV4),
            (Hostname("a.example.net"), Family.IPV4),
        ]
    )
    assert held == {
        (shared, Family.IPV4): {
            IPv4Address("198.51.100.2"),
            IPv4Address("198.51.100.3"),
        },
        (home, Family.IPV6): set[IPv6Address](),
    }


async def test_what_the_account_says_of_itself(bind: Bind, provider: Rfc2136) -> None:
    """The DNS check asks the server itself; nothing shows the secret."""
    assert provider.name_servers(Hostname(HOME)) == [
        NameServer(host="127.0.0.1", port=bind.port)
    ]
    assert await provider.hostnames() is None
    assert provider.secrets == {SECRET}
    assert "secret" not in repr(provider.primary)
