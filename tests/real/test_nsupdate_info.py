"""The dyndns2 protocol against a real server of it: nsupdate.info."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import aiohttp
import pytest
import pytest_socket

from custom_components.ddns_plus.core.errors import (
    DdnsError,
    InvalidCredentials,
    InvalidField,
    Refused,
)
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Result
from custom_components.ddns_plus.core.providers.dyndns2 import Dyndns2
from custom_components.ddns_plus.core.providers.nsupdate_info import NsupdateInfo
from tests.core.dialects.zone_updates import told, update

from .nsupdate_server import PASSWORD, ZONE, NsupdateServer, running_nsupdate

pytestmark = pytest.mark.real

HOME, NAS, BLOCKED = f"home.{ZONE}", f"nas.{ZONE}", f"blocked.{ZONE}"
OLD, NEW = "93.184.216.34", "93.184.216.35"
OLD_V6, NEW_V6 = "2606:2800:220:1::34", "2606:2800:220:1::35"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NsupdateServer]:
    """Return the server, which takes seconds to start."""
    with running_nsupdate(tmp_path_factory.mktemp("nsupdate")) as server:
        yield server


@pytest.fixture
async def server(socket_enabled: None, started: NsupdateServer) -> NsupdateServer:
    """Return the server, with the old addresses at home."""
    pytest_socket.socket_allow_hosts(["127.0.0.1"])
    await publish(started, HOME, OLD, OLD_V6)
    return started


async def publish(
    server: NsupdateServer,
    name: str,
    *addresses: str,
    username: str = "",
    password: str = PASSWORD,
    others: Sequence[str] = (),
) -> Sequence[Result]:
    """Update a hostname, and others with the first address, as its account."""
    settings = {
        "server_url": server.url,
        "username": username or name,
        "password": password,
        "allow_http": True,
    }
    updates = [update(name, address) for address in addresses]
    updates += [update(other, addresses[0]) for other in others]

    async def call() -> Sequence[Result]:
        async with aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            http = HttpClient(session, user_agent="DDNS-Plus test")
            return await Dyndns2(settings, http).publish(updates)

    return await server.host.call(call)


async def test_one_family(server: NsupdateServer) -> None:
    """A new address is told apart from one that was there; the other family is kept."""
    assert await publish(server, HOME, NEW) == [Outcome.UPDATED]
    assert server.held("home") == {NEW, OLD_V6}
    assert await publish(server, HOME, NEW) == [Outcome.UNCHANGED]
    assert await publish(server, HOME, NEW_V6) == [Outcome.UPDATED]
    assert server.held("home") == {NEW, NEW_V6}


async def test_both_families(server: NsupdateServer) -> None:
    """They travel together; where one was right already, each has a line of its own."""
    assert await publish(server, HOME, NEW, NEW_V6) == [Outcome.UPDATED] * 2
    assert server.held("home") == {NEW, NEW_V6}
    assert await publish(server, HOME, NEW, NEW_V6) == [Outcome.UNCHANGED] * 2
    changed = await publish(server, HOME, OLD, NEW_V6)
    assert changed == [Outcome.UPDATED, Outcome.UNCHANGED]
    assert server.held("home") == {OLD, NEW_V6}


@pytest.mark.parametrize(
    ("name", "changes", "error"),
    [
        (HOME, {"password": "wrong"}, InvalidCredentials),
        (HOME, {"username": NAS}, InvalidField),
        (HOME, {"username": "somebody"}, InvalidField),
        (BLOCKED, {}, Refused),
    ],
)
async def test_refusals(
    server: NsupdateServer, name: str, changes: dict[str, str], error: type[DdnsError]
) -> None:
    """Each is told as what it is, changes nothing, and is over with the right account."""
    before = server.held("home")
    [result] = await publish(server, name, NEW, **changes)
    assert told(result)[0] is error
    assert server.held("home") == before
    assert await publish(server, HOME, NEW) == [Outcome.UPDATED]


async def test_two_hostnames_of_which_one_is_the_account(
    server: NsupdateServer,
) -> None:
    """The server refuses both together; alone, its own is updated, the other is not."""
    own, other = await publish(server, HOME, NEW, others=[NAS])
    assert own is Outcome.UPDATED
    assert told(other)[0] is InvalidField
    assert server.held("home") == {NEW, OLD_V6}
    assert server.held("nas") == set()


async def test_a_secret_for_each_hostname(server: NsupdateServer) -> None:
    """The provider of this name updates several, and a blocked one is on its own."""
    updates = [
        update(name, address, update_key=PASSWORD)
        for name in (BLOCKED, HOME, NAS)
        for address in (NEW, NEW_V6)
    ]

    async def call() -> Sequence[Result]:
        async with aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            http = HttpClient(session, user_agent="DDNS-Plus test")
            provider = NsupdateInfo({"server_url": server.url}, http)
            # there is no certificate on loopback
            provider.dialect = replace(provider.dialect, allow_http=True)
            return await provider.publish(updates)

    blocked, _, *others = await server.host.call(call)
    assert told(blocked) == (Refused, "abuse", None)
    assert others == [Outcome.UPDATED] * 4
    assert server.held("home") == server.held("nas") == {NEW, NEW_V6}
