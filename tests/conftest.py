"""Fixtures for Home Assistant's side: a pretend internet on loopback, and real entries on it."""

from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
import logging
from pathlib import Path
import sys
from typing import Any, Protocol

from dns.asyncresolver import Resolver
from freezegun.api import FrozenDateTimeFactory
from hypothesis import settings
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
import pytest_socket
from syrupy.assertion import SnapshotAssertion

# bound before Home Assistant mounts the custom_components of its own test folder
import custom_components  # noqa: F401
from custom_components.ddns_plus.account.provider import DATA_SESSION
from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core import providers
from custom_components.ddns_plus.core.detection.catalog import SOURCES
from custom_components.ddns_plus.core.detection.memory import ConnectionState
from custom_components.ddns_plus.core.detection.methods import WebService
from custom_components.ddns_plus.core.engine.state import (
    AccountState,
    Attempt,
    Failure,
    FamilyState,
    HostnameState,
)
from custom_components.ddns_plus.core.json_form import _readers
from custom_components.ddns_plus.core.providers import load_provider
from custom_components.ddns_plus.store import DATA_STORE, STORAGE_KEY
from homeassistant.config_entries import ConfigSubentryData, ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from scripts.demo.servers import DemoServers, Ports
from tests.loopback import skip_without_second_loopback

from .internet import CANARY, Dyndns2Server, Internet
from .providers.fake_cloudflare import FakeCloudflare
from .providers.replay import ReplayServer

# how long an example takes says nothing on a machine that does other work
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

EPOCH = dt_util.utc_from_timestamp(0)

type AddEntry = Callable[[MockConfigEntry], Coroutine[Any, Any, MockConfigEntry]]
type Restart = Callable[..., Coroutine[Any, Any, None]]


class Later(Protocol):
    """What lets time pass, and waits until all that this sets off is done."""

    async def __call__(self, **duration: float) -> None:
        """Let as much time pass, as in `timedelta`."""


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Let the event loop run as it does for people, in place of Home Assistant's own fixture.

    Its debug mode takes most of the time of a test; PYTHONASYNCIODEBUG=1 turns it on.
    """


@pytest.fixture(autouse=True)
def custom_integrations(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let Home Assistant load the integration, in the tests that have one."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")
        # the name servers of this machine are no part of any test
        monkeypatch.setattr(
            "custom_components.ddns_plus.core.net.dns._system_resolver",
            lambda: Resolver(configure=False),
        )
        # nor are its router and its own addresses
        monkeypatch.setattr(
            "custom_components.ddns_plus.connection.sources.default_gateway",
            lambda _interface: None,
        )
        monkeypatch.setattr(
            "custom_components.ddns_plus.connection.sources.read_addresses",
            lambda: None,
        )
        # a test that moves the clock lets time pass, unless it says otherwise
        monkeypatch.setattr(
            "custom_components.ddns_plus.account.publish.steady",
            lambda _hass: dt_util.utcnow() - EPOCH,
        )


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return snapshots that leave out what differs from run to run."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def all_entities_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable the entities that people enable themselves."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)


@pytest.fixture
def later(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Later:
    """Return what lets time pass."""

    async def let_pass(**duration: float) -> None:
        freezer.tick(timedelta(**duration))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)

    return let_pass


@pytest.fixture(scope="session")
def stored_forms() -> None:
    """Have the stored state read by its true types, not by those of a frozen clock."""
    for form in (AccountState, HostnameState, FamilyState, Attempt, Failure):
        _readers(form)
    _readers(ConnectionState)


@pytest.fixture
def restart(
    stored_forms: None, hass: HomeAssistant, hass_storage: dict[str, Any]
) -> Restart:
    """Return what starts the integration anew with what is stored.

    With `stored` it was killed when this was what the store held.
    """

    async def start_anew(stored: Mapping[str, Any] | None = None) -> None:
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            assert await hass.config_entries.async_unload(entry.entry_id)
        if stored is not None:
            hass_storage[STORAGE_KEY] = deepcopy(stored)
        hass.config.components.remove(DOMAIN)
        del hass.data[DATA_STORE]
        assert await async_setup_component(hass, DOMAIN, {})
        await hass.async_block_till_done(wait_background_tasks=True)

    return start_anew


@pytest.fixture
def no_secret_in_log(caplog: pytest.LogCaptureFixture) -> Generator[None]:
    """Let no secret of an account get into the log, down to the trace-backs."""
    caplog.set_level(logging.DEBUG)
    yield
    formatter = logging.Formatter()
    for record in caplog.get_records("call"):
        # the test's own storage tells of the config entries, where the secrets are
        if not record.name.startswith("pytest_homeassistant_custom_component"):
            assert CANARY not in formatter.format(record)


@pytest.fixture
def plugins() -> Generator[None]:
    """Add the providers of the tests, as files beside the others."""
    folder = str(Path(__file__).parent / "plugins")
    providers.__path__.append(folder)
    providers.provider_slugs.cache_clear()
    yield
    providers.__path__.remove(folder)
    providers.provider_slugs.cache_clear()
    for path in Path(folder).glob("*.py"):
        sys.modules.pop(f"{providers.__name__}.{path.stem}", None)


@pytest.fixture
def world(plugins: None) -> Any:
    """Return the world of the provider that does what a test tells it to."""
    return vars(load_provider("scripted"))["world"]


@pytest.fixture
def loopback(socket_enabled: None) -> None:
    """Allow connections on loopback, both families, and nowhere else."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "127.0.0.2", "::1"])


@pytest.fixture
async def internet(loopback: None) -> AsyncGenerator[Internet]:
    """Return a pretend internet: two operators that tell a public address per family."""
    async with Internet() as servers:
        yield servers


@pytest.fixture
async def dyndns2(loopback: None) -> AsyncGenerator[Dyndns2Server]:
    """Return a dyndns2 service."""
    async with Dyndns2Server() as server:
        yield server


@pytest.fixture
async def cloudflare(
    hass: HomeAssistant, loopback: None
) -> AsyncGenerator[FakeCloudflare]:
    """Return a Cloudflare, where Home Assistant finds it under its own name."""
    fake = FakeCloudflare()
    async with ReplayServer() as server:
        server.always(fake.handle)
        hass.data[DATA_SESSION] = server.session
        yield fake


@pytest.fixture
async def name_server(loopback: None) -> AsyncGenerator[DemoServers]:
    """Return a DNS server of the zone demo.test that takes signed updates."""
    skip_without_second_loopback()
    async with DemoServers(Ports.any_free()) as servers:
        yield servers


@pytest.fixture
def public_services(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lead the built-in sources to the pretend internet; their operators stay apart."""
    ipv4, _, ipv6, _ = (item["url"] for item in internet.options()["sources"]["custom"])
    for key, source in SOURCES.items():
        near = replace(source, ipv4=None, ipv6=None)
        if source.outside:
            near = replace(
                source,
                ipv4=WebService(url=ipv4, local=True),
                ipv6=WebService(url=ipv6, local=True),
            )
        monkeypatch.setitem(SOURCES, key, near)


@pytest.fixture
async def connected(
    add_entry: AddEntry, connection_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return an internet connection that knows its address."""
    return await add_entry(connection_entry)


@pytest.fixture
def add_entry(hass: HomeAssistant) -> AddEntry:
    """Return what adds an entry and waits until all that it sets off is done."""

    async def add(entry: MockConfigEntry) -> MockConfigEntry:
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        return entry

    return add


@pytest.fixture
def connection_entry(internet: Internet) -> MockConfigEntry:
    """Return an internet connection that asks the pretend internet."""
    return connection(internet.options())


def connection(
    options: Mapping[str, Any], title: str = "Internet connection"
) -> MockConfigEntry:
    """Return an internet connection; one that is called something else is another one."""
    return MockConfigEntry(
        domain=DOMAIN,
        title=title,
        unique_id="connection" if title == "Internet connection" else None,
        data={"kind": "connection"},
        options=options,
    )


@pytest.fixture
def account_entry(dyndns2: Dyndns2Server) -> MockConfigEntry:
    """Return a dyndns2 account with one hostname."""
    return account(dyndns2, "home.example.com")


def account(server: Dyndns2Server, *hostnames: str, **data: Any) -> MockConfigEntry:
    """Return an account at a dyndns2 service."""
    settings = {
        "server_url": server.url,
        "username": server.username,
        "password": server.password,
        "allow_http": True,
    }
    return account_at("dyndns2", settings, *hostnames, **data)


def account_at(
    provider: str, settings: Mapping[str, Any], /, *hostnames: str, **data: Any
) -> MockConfigEntry:
    """Return an account at a provider; `data` is what its hostnames have in common."""
    identity = load_provider(provider).identity(settings)
    return MockConfigEntry(
        domain=DOMAIN,
        title="Test account",
        unique_id=identity.unique_id,
        data={"kind": "account", "provider": provider, "settings": dict(settings)},
        subentries_data=[
            ConfigSubentryData(
                data={
                    "hostname": hostname,
                    "ipv4": "update",
                    "ipv6": "update",
                    "settings": {},
                    **data,
                },
                subentry_type="hostname",
                title=hostname,
                unique_id=hostname,
            )
            for hostname in hostnames
        ],
    )


def scripted_account(*hostnames: str, **data: Any) -> MockConfigEntry:
    """Return an account at the provider that does what a test tells it to."""
    settings = {"username": "somebody", "password": CANARY}
    return account_at("scripted", settings, *hostnames, **data)


def with_known_ids(entry: MockConfigEntry) -> MockConfigEntry:
    """Return the same entry with ids that a snapshot can hold."""
    return MockConfigEntry(
        domain=DOMAIN,
        entry_id=f"entry-of-{entry.title}",
        title=entry.title,
        unique_id=entry.unique_id,
        data=dict(entry.data),
        options=dict(entry.options),
        subentries_data=[
            ConfigSubentryDataWithId(
                data=subentry.data,
                subentry_id=f"subentry-of-{subentry.title}",
                subentry_type=subentry.subentry_type,
                title=subentry.title,
                unique_id=subentry.unique_id,
            )
            for subentry in entry.subentries.values()
        ],
    )
