"""A home to try things in: Home Assistant, its internet connection, and two DNS services."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Any

import pytest

from scripts.demo.dyndns2_server import HOSTNAMES, USERNAME
from scripts.demo.home_assistant import HomeAssistantInstance
from scripts.demo.home_assistant_api import FlowKind, FlowStep
from scripts.demo.ports import IPV6_LOOPBACK, has_address
from scripts.demo.servers import DemoServers, Ports
from scripts.demo.state import Family
from tests.loopback import skip_without_second_loopback
from tests.real.bind import WHOLE_ZONE_KEY, Bind, running_bind

from .canary import HEADER_VALUE, PASSWORD, TSIG_SECRET, URL_TOKEN
from .dyndns2_service import Dyndns2Service

DOMAIN = "ddns_plus"
ZONE = "example.org"
# one that the zone holds before, and one that it does not
DNS_HOSTNAMES = ("home.example.org", "new.example.org")
DYNDNS2_HOSTNAMES = HOSTNAMES[:2]
CONNECTION = "internet_connection"
TTL = 120

# no frontend to look at: the services of Home Assistant are enough
_CONFIGURATION = """\
api:
config:
recorder:
logger:
  default: warning
  logs:
    custom_components.ddns_plus: debug
"""
_OURS = re.compile(r"custom_components[./]ddns_plus|tests/live")
_RECORD = re.compile(r"^\d{4}-\d\d-\d\d \S+ (\w+) \(", re.MULTILINE)
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A home, and what a person or a program can do in it."""

    servers: DemoServers
    dyndns2: Dyndns2Service
    bind: Bind
    home_assistant: HomeAssistantInstance

    # ------------------------------------------------------------------ setting up

    async def add_connection(self) -> FlowStep:
        """Add the internet connection, which asks the address services of this home."""
        custom: list[dict[str, Any]] = [
            {
                "url": f"{echo.url}?token={URL_TOKEN}",
                "family": echo.family,
                "header_name": "X-Token",
                "header_value": HEADER_VALUE,
                "allow_http": True,
            }
            for echo in self.servers.echo_urls
        ]
        return await self.home_assistant.run_flow(
            DOMAIN,
            [
                ("user", {"provider": "watch_only"}),
                (
                    "connection",
                    {
                        "name": "Internet connection",
                        "ipv4": True,
                        "ipv6": True,
                        "built_in": [],
                        "custom": custom,
                        "interval": {"hours": 0, "minutes": 0, "seconds": 5},
                    },
                ),
            ],
        )

    def dns_account(self, **changes: object) -> dict[str, object]:
        """Return what to type in for an account at the name server."""
        return {
            "server": "127.0.0.1",
            "port": self.bind.port,
            "zone": ZONE,
            "tsig_key_name": WHOLE_ZONE_KEY,
            "tsig_algorithm": "hmac-sha256",
            "tsig_secret": self.bind.secret,
        } | changes

    async def add_dns_account(self, **changes: object) -> FlowStep:
        """Add an account at the name server, with its hostnames."""
        hostnames = {"hostnames": list(DNS_HOSTNAMES), "ipv4": True, "ipv6": True}
        return await self.home_assistant.run_flow(
            DOMAIN,
            [
                ("user", {"provider": "rfc2136"}),
                ("account", self.dns_account(**changes)),
                ("hostnames", hostnames | {"ttl": TTL}),
            ],
        )

    async def add_dyndns2_account(self) -> FlowStep:
        """Add an account at the dyndns2 service, with its hostnames."""
        return await self.home_assistant.run_flow(
            DOMAIN,
            [
                ("user", {"provider": "dyndns2"}),
                (
                    "account",
                    {
                        "server_url": self.servers.dyndns2_url,
                        "username": USERNAME,
                        "password": PASSWORD,
                        "allow_http": True,
                        "ipv6_mode": "comma",
                    },
                ),
                (
                    "hostnames",
                    {
                        "hostnames": list(DYNDNS2_HOSTNAMES),
                        "ipv4": True,
                        "ipv6": True,
                    },
                ),
            ],
        )

    # ------------------------------------------------------------------ the address

    @property
    def ipv4(self) -> str:
        """Return the public IPv4 address that is pretended."""
        return str(self.servers.state.addresses[Family.IPV4])

    @property
    def ipv6(self) -> str:
        """Return the public IPv6 address that is pretended."""
        return str(self.servers.state.addresses[Family.IPV6])

    async def forget_changes(self) -> None:
        """Make the connection forget its latest changes: after two it holds back more."""
        await self.reload(CONNECTION)

    def change_address(self, *families: Family) -> None:
        """Pretend another public address, of both families unless some are named."""
        state = self.servers.state
        state.set_addresses(
            {family: state.new_address(family) for family in families or Family}
        )

    async def until_published(
        self, hostnames: Iterable[str] = (*DNS_HOSTNAMES, *DYNDNS2_HOSTNAMES)
    ) -> None:
        """Wait until Home Assistant shows the address as published."""
        await self.until_states(
            {
                f"sensor.{slug(hostname)}_published_{family}": address
                for hostname in hostnames
                for family, address in (("ipv4", self.ipv4), ("ipv6", self.ipv6))
            }
        )

    async def digged(self, hostname: str) -> tuple[str, ...]:
        """Return what the name server itself says of a hostname: A, then AAAA."""
        return (
            *await self.bind.dig(hostname, "A"),
            *await self.bind.dig(hostname, "AAAA"),
        )

    def held(self, hostname: str) -> tuple[str, str]:
        """Return what the dyndns2 service publishes for a hostname."""
        holding = self.dyndns2.holdings[hostname]
        return str(holding.ipv4), str(holding.ipv6)

    @property
    def provider_requests(self) -> int:
        """Return how often the DNS services were asked with credentials, at least."""
        return self.servers.state.provider_requests + self.bind.signed_messages

    # ------------------------------------------------------------------ Home Assistant

    async def entries(self) -> dict[str, dict[str, Any]]:
        """Return the config entries by the slug of what they are."""
        entries = await self.home_assistant.websocket(
            {"type": "config_entries/get", "domain": DOMAIN}
        )
        return {_entry_slug(entry["title"]): entry for entry in entries}

    async def entry_id(self, name: str) -> str:
        """Return the id of a config entry: rfc2136, dyndns2 or internet_connection."""
        return str((await self.entries())[name]["entry_id"])

    async def subentry_ids(self, name: str) -> dict[str, str]:
        """Return the ids of an account's hostnames."""
        subentries = await self.home_assistant.websocket(
            {
                "type": "config_entries/subentries/list",
                "entry_id": await self.entry_id(name),
            }
        )
        return {subentry["title"]: subentry["subentry_id"] for subentry in subentries}

    async def reload(self, name: str) -> None:
        """Reload a config entry."""
        entry_id = await self.entry_id(name)
        path = f"/api/config/config_entries/entry/{entry_id}/reload"
        await self.home_assistant.rest("POST", path)

    async def device_ids(self) -> dict[str, str]:
        """Return the ids of our devices by name."""
        entry_ids = {entry["entry_id"] for entry in (await self.entries()).values()}
        devices = await self.home_assistant.websocket(
            {"type": "config/device_registry/list"}
        )
        return {
            device["name"]: device["id"]
            for device in devices
            if entry_ids & set(device["config_entries"])
        }

    async def states(self) -> dict[str, str]:
        """Return the states of our entities."""
        registry = await self.home_assistant.websocket(
            {"type": "config/entity_registry/list"}
        )
        ours = {item["entity_id"] for item in registry if item["platform"] == DOMAIN}
        states = await self.home_assistant.states()
        return {
            entity_id: state["state"]
            for entity_id, state in states.items()
            if entity_id in ours
        }

    async def until_states(self, wanted: Mapping[str, str]) -> None:
        """Wait until entities have these states."""

        async def others() -> dict[str, str | None]:
            states = await self.home_assistant.states()
            found = {key: states.get(key, {}).get("state") for key in wanted}
            return {key: state for key, state in found.items() if state != wanted[key]}

        await until(others, lambda left: not left)

    async def call(
        self, action: str, data: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        """Return the answer of one of our actions; raises ApiError as the frontend sees it."""
        result = await self.home_assistant.websocket(
            {
                "type": "call_service",
                "domain": DOMAIN,
                "service": action,
                "service_data": dict(data or {}),
                "return_response": True,
            }
        )
        answer: dict[str, Any] = result["response"]
        return answer

    async def act(self, domain: str, service: str, entity_id: str) -> None:
        """Do what a person does with an entity."""
        path = f"/api/services/{domain}/{service}"
        await self.home_assistant.rest("POST", path, {"entity_id": entity_id})

    async def flows_in_progress(self) -> list[dict[str, Any]]:
        """Return the flows of ours that wait for a person."""
        flows = await self.home_assistant.websocket(
            {"type": "config_entries/flow/progress"}
        )
        return [flow for flow in flows if flow["handler"] == DOMAIN]

    async def continue_flow(self, flow_id: str) -> FlowStep:
        """Return where a flow stands that is in progress."""
        answer = await self.home_assistant.rest("GET", _flow_path(flow_id))
        return FlowStep(kind=FlowKind.CONFIG, answer=answer)

    async def give_up(self, flow_id: str) -> None:
        """Close the form of a flow."""
        await self.home_assistant.rest("DELETE", _flow_path(flow_id))

    def complaints(self) -> list[str]:
        """Return the log's records from warning on that have to do with us."""
        log = self.home_assistant.log_text()
        starts = [match.start() for match in _RECORD.finditer(log)]
        records = [
            log[start:end]
            for start, end in zip(starts, [*starts[1:], None], strict=True)
        ]
        return [
            record
            for record in records
            if (_level(record) in ("WARNING", "ERROR", "CRITICAL"))
            and _OURS.search(record)
        ]


@asynccontextmanager
async def running_home(folder: Path) -> AsyncGenerator[Home]:
    """Run a home in which nothing is set up yet; skip where a program is missing."""
    if not has_address(IPV6_LOOPBACK):
        pytest.skip("this machine has no IPv6 loopback address")
    skip_without_second_loopback()
    bind_folder = folder / "bind"
    bind_folder.mkdir()
    servers = DemoServers(Ports.any_free(), password=PASSWORD)
    servers.dyndns2 = dyndns2 = Dyndns2Service(servers.state, PASSWORD)
    async with (
        running_bind(bind_folder, TSIG_SECRET) as bind,
        servers,
        HomeAssistantInstance(
            folder / "config", configuration=_CONFIGURATION
        ) as home_assistant,
    ):
        yield Home(
            servers=servers, dyndns2=dyndns2, bind=bind, home_assistant=home_assistant
        )


async def until[T](
    ask: Callable[[], Awaitable[T]],
    enough: Callable[[T], object],
    seconds: float = 60,
) -> T:
    """Return the first answer that is enough; TimeoutError tells the last one."""
    answer = await ask()
    try:
        async with asyncio.timeout(seconds):
            while not enough(answer):
                await asyncio.sleep(_POLL_SECONDS)
                answer = await ask()
    except TimeoutError:
        raise TimeoutError(f"after {seconds} s still {answer}") from None
    return answer


def slug(hostname: str) -> str:
    """Return how a hostname begins its entity ids."""
    return hostname.replace(".", "_")


def _flow_path(flow_id: str) -> str:
    """Return where a flow is found."""
    return f"/api/{FlowKind.CONFIG}/{flow_id}"


def _entry_slug(title: str) -> str:
    """Return a short name of an entry."""
    for name, begin in (("rfc2136", "RFC 2136"), ("dyndns2", "DynDNS2")):
        if title.startswith(begin):
            return name
    return title.lower().replace(" ", "_")


def _level(record: str) -> str:
    """Return the level of a log record."""
    match = _RECORD.match(record)
    return "" if match is None else match[1]
