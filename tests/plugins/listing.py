"""A provider for tests: it tells which hostnames an account has, and knows IPv4 only."""

from collections.abc import Sequence
from typing import override

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider import Provider
from custom_components.ddns_plus.core.provider_info import (
    Field,
    FieldKind,
    ProviderInfo,
    Result,
    Update,
)


class Listing(Provider):
    """A provider that lists hostnames."""

    info = ProviderInfo(
        slug="listing",
        name="Listing",
        website="https://example.com",
        credentials_url="https://example.com",
        fields=(
            Field(key="username", identity=True),
            Field(key="password", secret=True),
            Field(key="port", kind=FieldKind.INTEGER, required=False, advanced=True),
        ),
        families=frozenset({Family.IPV4}),
    )

    @override
    async def hostnames(self) -> Sequence[Hostname]:
        """Return what the account has."""
        return [Hostname.parse("müller.example.com"), Hostname("home.example.com")]

    @override
    async def publish(self, updates: Sequence[Update]) -> Sequence[Result]:
        """Take everything."""
        return [Outcome.UPDATED] * len(updates)
