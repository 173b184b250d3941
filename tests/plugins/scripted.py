"""A provider for tests that keeps records in memory and does what a test tells it to."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import override

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.dns import NameServer
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider import Provider
from custom_components.ddns_plus.core.provider_info import (
    Field,
    Held,
    Limits,
    ProviderInfo,
    Result,
    Settings,
    Update,
)


@dataclass(kw_only=True)
class World:
    """What the provider holds, what it was asked, and what it does instead of its work.

    `readable` is whether it can tell what it holds. `publish` and `read` take the place
    of what it does; they get the provider. `name_servers` and `resolvable` are what it
    says of DNS.
    """

    limits: Limits = field(default_factory=Limits)
    readable: bool = True
    name_servers: Sequence[NameServer] = ()
    resolvable: bool | None = True
    publish: (
        Callable[[Provider, Sequence[Update]], Awaitable[Sequence[Result]]] | None
    ) = None
    read: Callable[[Provider], Awaitable[Held]] | None = None
    records: dict[tuple[str, Family], Address] = field(default_factory=dict)
    calls: list[list[Update]] = field(default_factory=list)
    reads: int = 0

    def take(self, updates: Sequence[Update]) -> Sequence[Result]:
        """Do the work."""
        for update in updates:
            key = (update.hostname.fqdn, update.family)
            if update.address is not None:
                self.records[key] = update.address
            elif self.records.get(key) == update.previous:
                del self.records[key]
        return [
            Outcome.WITHDRAWN if update.address is None else Outcome.UPDATED
            for update in updates
        ]


class Scripted(Provider):
    """A provider in a world that the test makes."""

    info = ProviderInfo(
        slug="scripted",
        name="Scripted",
        website="https://example.com",
        credentials_url="https://example.com",
        fields=(
            Field(key="username", identity=True),
            Field(key="password", secret=True),
        ),
    )
    withdraws = True
    world = World()

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Take the limits of this world."""
        super().__init__(settings, http)
        self.info = replace(type(self).info, limits=self.world.limits)

    @override
    async def publish(self, updates: Sequence[Update]) -> Sequence[Result]:
        """Do the work, or what the test wants instead."""
        self.world.calls.append(list(updates))
        if self.world.publish is not None:
            return await self.world.publish(self, updates)
        return self.world.take(updates)

    @override
    async def read(self, records: Sequence[tuple[Hostname, Family]]) -> Held | None:
        """Tell what there is, or what the test wants instead."""
        if not self.world.readable:
            return None
        self.world.reads += 1
        if self.world.read is not None:
            return await self.world.read(self)
        return {
            (hostname, family): frozenset(
                [self.world.records[hostname.fqdn, family]]
                if (hostname.fqdn, family) in self.world.records
                else []
            )
            for hostname, family in records
        }

    @override
    def name_servers(self, hostname: Hostname) -> Sequence[NameServer]:
        """Return the name servers of this world."""
        return self.world.name_servers

    @override
    def resolvable(self, settings: Settings) -> bool | None:
        """Return what DNS shows in this world."""
        return self.world.resolvable
