"""Sets DDNS Plus up against the demo's servers, through its own config flow, as a person would."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .home_assistant_api import HomeAssistantApi
from .ports import IPV4_LOOPBACK
from .servers import DemoServers
from .state import Family

DOMAIN: Final = "ddns_plus"
DNS_HOSTNAMES: Final = ("home.demo.test", "nas.demo.test")
_RECORD_TYPES: Final = {Family.IPV4: "A", Family.IPV6: "AAAA"}

type Steps = tuple[tuple[str, Mapping[str, Any]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of DDNS Plus, and the page of Home Assistant that shows it."""

    name: str
    url: str


def _flows(servers: DemoServers) -> tuple[Steps, ...]:
    """Return what a person would type, form by form: the connection and two accounts."""
    families = {"ipv4": True, "ipv6": servers.has_ipv6}
    return (
        (
            ("user", {"provider": "watch_only"}),
            (
                "connection",
                families
                | {
                    "name": "Internet connection",
                    **_router(servers),
                    "custom": [
                        {"url": echo.url, "family": echo.family, "allow_http": True}
                        for echo in servers.echo_urls
                    ],
                    "interval": {"hours": 0, "minutes": 0, "seconds": 5},
                    # nothing here tells of a change by itself: it is seen by looking
                    "push": False,
                },
            ),
        ),
        (
            ("user", {"provider": "rfc2136"}),
            (
                "account",
                servers.rfc2136_settings,
            ),
            ("hostnames", families | {"hostnames": list(DNS_HOSTNAMES), "ttl": 60}),
        ),
        (
            ("user", {"provider": "dyndns2"}),
            (
                "account",
                {**servers.dyndns2_settings, "ipv6_mode": "comma"},
            ),
            ("hostnames", families | {"hostnames": list(servers.dyndns2.holdings)}),
        ),
    )


def _router(servers: DemoServers) -> dict[str, Any]:
    """Return what makes the connection ask the demo's router, if there is one."""
    if not servers.has_router:
        return {"built_in": []}
    return {"built_in": ["nat_pmp"], "router": IPV4_LOOPBACK}


async def set_up(home_assistant: HomeAssistantApi, servers: DemoServers) -> None:
    """Add the connection and the accounts, unless a kept folder has them already."""
    if await _entries(home_assistant):
        return
    for steps in _flows(servers):
        await home_assistant.run_flow(DOMAIN, steps)


async def _entries(home_assistant: HomeAssistantApi) -> list[dict[str, Any]]:
    """Return the config entries of DDNS Plus."""
    entries: list[dict[str, Any]] = await home_assistant.websocket(
        {"type": "config_entries/get", "domain": DOMAIN}
    )
    return entries


async def devices(home_assistant: HomeAssistantApi) -> list[Device]:
    """Return the devices of DDNS Plus, in the order they were made."""
    entry_ids = {entry["entry_id"] for entry in await _entries(home_assistant)}
    registry = await home_assistant.websocket({"type": "config/device_registry/list"})
    return [
        Device(
            name=device["name_by_user"] or device["name"],
            url=f"{home_assistant.url}/config/devices/device/{device['id']}",
        )
        for device in sorted(registry, key=lambda device: device["created_at"])
        if entry_ids & set(device["config_entries"])
    ]


def behind(servers: DemoServers) -> list[str]:
    """Return what does not hold the pretended address yet: `hostname family`."""
    held = {
        (name.to_text(omit_final_dot=True), rdtype.name): data
        for name, _, rdtype, data in servers.zone.records()
    }
    missing: list[str] = []
    for family, address in servers.state.addresses.items():
        missing += [
            f"{hostname} {family.label}"
            for hostname in DNS_HOSTNAMES
            if held.get((hostname, _RECORD_TYPES[family])) != str(address)
        ]
        missing += [
            f"{hostname} {family.label}"
            for hostname, holding in servers.dyndns2.holdings.items()
            if (holding.ipv4 if family is Family.IPV4 else holding.ipv6) != address
        ]
    return missing


async def wait_until_followed(servers: DemoServers, seconds: float) -> list[str]:
    """Wait until everything holds the pretended address; return what still does not."""
    try:
        async with asyncio.timeout(seconds):
            while behind(servers):
                await servers.state.news(servers.state.version)
    except TimeoutError:
        return behind(servers)
    return []
