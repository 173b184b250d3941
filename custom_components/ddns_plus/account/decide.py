"""What is to be done with each record of an account now, by what is known of the address."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from homeassistant.core import HomeAssistant

from ..connection.coordinator import ConnectionCoordinator, async_get_connection
from ..core.address import Address, Family
from ..core.engine.decide import Decision, Force, Mode, Situation, decide
from ..core.engine.round import Key, paired
from ..core.engine.state import AccountState
from ..core.observation import Observation, Unknown
from ..core.provider_info import ProviderInfo
from .hostname import ManagedHostname

# the hostnames of an account by the ids of their subentries
type Hostnames = Mapping[str, ManagedHostname]


def observed(
    hass: HomeAssistant, managed: ManagedHostname, family: Family
) -> Observation:
    """Return what is known of the address that a hostname shall have."""
    return _observed(async_get_connection(hass, managed.connection_id), managed, family)


def addresses(hass: HomeAssistant, hostnames: Hostnames) -> Mapping[Key, Address]:
    """Return the addresses that records shall have, as far as they are known."""
    return {
        (subentry_id, family): address
        for subentry_id, managed in hostnames.items()
        for family, mode in managed.modes.items()
        if mode is Mode.UPDATE
        and (address := observed(hass, managed, family).address) is not None
    }


def homeless(hass: HomeAssistant, hostnames: Hostnames) -> Iterator[Key]:
    """Yield the records of which the connection was removed.

    No other connection takes its place; a person must say which one shall.
    """
    for subentry_id, managed in hostnames.items():
        if managed.connection_id is None or hass.config_entries.async_get_entry(
            managed.connection_id
        ):
            continue
        for family, mode in managed.modes.items():
            if mode is Mode.UPDATE:
                yield subentry_id, family


def async_decide(
    hass: HomeAssistant,
    hostnames: Hostnames,
    info: ProviderInfo,
    account: AccountState,
    now: datetime,
    *,
    force: Mapping[str, Force],
    drifted: Collection[Key],
) -> Mapping[Key, Decision]:
    """Return the decision on every hostname and family; `force` is by subentry."""
    decisions: dict[Key, Decision] = {}
    connections = {
        entry_id: async_get_connection(hass, entry_id)
        for entry_id in {item.connection_id for item in hostnames.values()}
    }
    wanted: dict[Key, Address | None] = {}
    for subentry_id, managed in hostnames.items():
        connection = connections[managed.connection_id]
        for family in Family:
            key = (subentry_id, family)
            mode = managed.modes[family] if family in info.families else Mode.OFF
            observation = _observed(connection, managed, family)
            if mode is Mode.UPDATE:
                wanted[key] = observation.address
            decisions[key] = decide(
                Situation(
                    mode=mode,
                    observation=observation,
                    account=account,
                    hostname=account.hostname(subentry_id),
                    limits=info.limits,
                    now=now,
                    force=force.get(subentry_id, Force.NONE),
                    drifted=key in drifted,
                    allowed=connection.options.allowed_networks if connection else (),
                )
            )
    return paired(decisions, wanted, account) if info.pairs_families else decisions


def _observed(
    connection: ConnectionCoordinator | None, managed: ManagedHostname, family: Family
) -> Observation:
    """Return what a connection knows of the address that a hostname shall have."""
    if connection is None:
        return Observation(family=family, unknown=Unknown.NO_CONNECTION)
    return managed.observe(connection.observation(family), connection.router)
