"""Hostnames of a filled-in form, as subentries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..const import (
    CONF_CONNECTION,
    CONF_HOSTNAME,
    CONF_IPV6_OF_ROUTER,
    CONF_IPV6_PREFIX_LENGTH,
    CONF_IPV6_SUFFIX,
    CONF_SETTINGS,
)
from ..core.address import LAN_PREFIX_LENGTH, Family
from ..core.engine.decide import Mode
from ..core.hostname import Hostname
from ..core.provider_info import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class HostnameDraft:
    """Hostnames of a filled-in form with common settings, parsed but not yet checked.

    `hostnames` maps each hostname to its text as typed.
    """

    hostnames: Mapping[Hostname, str]
    modes: Mapping[Family, Mode]
    settings: Settings = field(repr=False)
    ipv6_suffix: str
    ipv6_prefix_length: int
    ipv6_of_router: bool
    connection_id: str | None
    allow_duplicate: bool
    allow_one_family: bool

    def subentries(self) -> dict[Hostname, dict[str, Any]]:
        """Return the subentry data of each hostname."""
        common: dict[str, Any] = {
            family.value: mode.value for family, mode in self.modes.items()
        }
        if self.ipv6_suffix:
            common[CONF_IPV6_SUFFIX] = self.ipv6_suffix
            if self.ipv6_prefix_length != LAN_PREFIX_LENGTH:
                common[CONF_IPV6_PREFIX_LENGTH] = self.ipv6_prefix_length
        if self.ipv6_of_router:
            common[CONF_IPV6_OF_ROUTER] = True
        if self.connection_id:
            common[CONF_CONNECTION] = self.connection_id
        return {
            hostname: {
                CONF_HOSTNAME: hostname.fqdn,
                CONF_SETTINGS: dict(self.settings),
                **common,
            }
            for hostname in self.hostnames
        }
