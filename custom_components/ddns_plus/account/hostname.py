"""Hostname subentry of an account, read into a typed value."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network
from typing import Any, Self

from homeassistant.config_entries import ConfigSubentry

from ..connection.router_ipv6 import RouterIPv6
from ..const import (
    CONF_CONNECTION,
    CONF_HOSTNAME,
    CONF_IPV6_OF_ROUTER,
    CONF_IPV6_PREFIX_LENGTH,
    CONF_IPV6_SUFFIX,
    CONF_SETTINGS,
)
from ..core.address import LAN_PREFIX_LENGTH, Family, compose, parse_suffix
from ..core.detection.source import ROUTER
from ..core.engine.decide import Mode
from ..core.hostname import Hostname
from ..core.observation import Observation, Unknown
from ..core.provider_info import Settings

# this machine has no IPv6 address to publish, which says nothing of the others
_WITHOUT_OWN_ADDRESS = frozenset({Unknown.NO_CONNECTION, Unknown.TRANSLATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedHostname:
    """A hostname subentry."""

    subentry_id: str
    hostname: Hostname
    modes: Mapping[Family, Mode]
    settings: Settings
    ipv6_suffix: IPv6Address | None = None
    ipv6_prefix_length: int = LAN_PREFIX_LENGTH
    ipv6_of_router: bool = False
    connection_id: str | None = None

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

    def observe(
        self, observation: Observation, router: RouterIPv6 = RouterIPv6()
    ) -> Observation:
        """Return what an observation of the connection means for this hostname.

        A record for another machine of the network takes only the prefix from it, or
        from what the router says where this machine has no address of its own, unless
        it does not say which network within the prefix is meant. One for
        the router takes nothing from it: what the router does not tell is not known.
        """
        if observation.family is not Family.IPV6 or observation.disabled:
            return observation
        if self.ipv6_of_router:
            unknown = None if router.address else Unknown.NO_ROUTER_ADDRESS
            return Observation(
                family=observation.family,
                address=router.address,
                unknown=unknown,
                source=ROUTER if router.address else None,
                checked_at=router.read_at,
            )
        if self.ipv6_suffix is None:
            return observation
        address, given = observation.address, router.prefix
        length = self.ipv6_prefix_length
        if isinstance(address, IPv6Address):
            prefix = IPv6Network((address, length), strict=False)
        elif (
            given is None
            or given.prefixlen < length
            or observation.unknown not in _WITHOUT_OWN_ADDRESS
        ):
            return observation
        else:
            prefix = given.supernet(new_prefix=length)
        return Observation(
            family=observation.family,
            address=compose(prefix, self.ipv6_suffix),
            source=observation.source or ROUTER,
            checked_at=observation.checked_at,
        )


def hostname_subentry_data(
    hostname: Hostname,
    modes: Mapping[Family, Mode],
    settings: Settings,
    *,
    ipv6_suffix: str | None = None,
    ipv6_prefix_length: int = LAN_PREFIX_LENGTH,
    ipv6_of_router: bool = False,
    connection_id: str | None = None,
) -> dict[str, Any]:
    """Return the data of a hostname subentry."""
    data: dict[str, Any] = {
        CONF_HOSTNAME: hostname.fqdn,
        CONF_SETTINGS: dict(settings),
        **{family.value: mode.value for family, mode in modes.items()},
    }
    if ipv6_suffix:
        data[CONF_IPV6_SUFFIX] = ipv6_suffix
        if ipv6_prefix_length != LAN_PREFIX_LENGTH:
            data[CONF_IPV6_PREFIX_LENGTH] = ipv6_prefix_length
    if ipv6_of_router:
        data[CONF_IPV6_OF_ROUTER] = True
    if connection_id:
        data[CONF_CONNECTION] = connection_id
    return data
