"""Hostname subentry of an account, read into a typed value."""

from dataclasses import dataclass
from typing import Self

from homeassistant.config_entries import ConfigSubentry

from ..const import (
    CONF_CONNECTION,
    CONF_HOSTNAME,
    CONF_IPV6_OF_ROUTER,
    CONF_IPV6_PREFIX_LENGTH,
    CONF_IPV6_SUFFIX,
    CONF_SETTINGS,
)
from ..core.address import LAN_PREFIX_LENGTH, Address, Family, parse_suffix
from ..core.engine.decide import Mode
from ..core.engine.records import AddressRule
from ..core.engine.state import HostnameState
from ..core.hostname import Hostname
from ..core.observation import Line
from ..core.provider_info import Settings, Update


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedHostname(AddressRule):
    """A hostname subentry."""

    subentry_id: str
    hostname: Hostname
    settings: Settings

    @classmethod
    def from_subentry(cls, subentry: ConfigSubentry) -> Self:
        """Read a subentry."""
        data = subentry.data
        suffix = data.get(CONF_IPV6_SUFFIX)
        length = int(data.get(CONF_IPV6_PREFIX_LENGTH, LAN_PREFIX_LENGTH))
        return cls(
            subentry_id=subentry.subentry_id,
            hostname=Hostname(data[CONF_HOSTNAME]),
            modes={family: Mode(data[family.value]) for family in Family},
            settings=dict(data[CONF_SETTINGS]),
            ipv6_suffix=parse_suffix(suffix, length) if suffix else None,
            ipv6_prefix_length=length,
            ipv6_of_router=data.get(CONF_IPV6_OF_ROUTER, False),
            connection_id=data.get(CONF_CONNECTION),
        )

    def update(
        self,
        family: Family,
        address: Address | None,
        state: HostnameState,
        line: Line | None,
    ) -> Update:
        """Return what the provider is told of a record; no address is a withdrawal."""
        return Update(
            interface=line.interface if line is not None else None,
            hostname=self.hostname,
            family=family,
            address=address,
            previous=state[family].ours,
            settings=self.settings,
        )
