"""Stored state after the user has changed settings: what is tried and sent again."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from ..const import CONF_HOSTNAME, CONF_SETTINGS, DOMAIN
from ..core.address import Family
from ..core.engine.decide import Mode
from ..core.engine.state import AccountState, FamilyState, HostnameState
from ..core.provider import Provider
from ..core.provider_info import Settings
from ..entries import DdnsConfigEntry
from ..store import DATA_STORE


async def async_change_state(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    change: Callable[[AccountState], AccountState],
) -> None:
    """Stop an account and change its stored state; the caller reloads it.

    An update that runs would overwrite the change when it ends.
    """
    # the store does not exist while all entries are disabled
    await async_setup_component(hass, DOMAIN, {})
    if entry.state is ConfigEntryState.LOADED:
        await hass.config_entries.async_unload(entry.entry_id)
    store = hass.data[DATA_STORE]
    await store.async_set_account(entry.entry_id, change(store.account(entry.entry_id)))


def changed_account(
    state: AccountState, provider: type[Provider], old: Settings, new: Settings
) -> AccountState:
    """Return the state of an account whose settings the user has confirmed or changed.

    Stops are lifted. All records are sent again if the change may affect them.
    """
    if not provider.same_account(old, new):
        # the records of another account are unknown
        return AccountState(
            hostnames={
                key: HostnameState(paused=hostname.paused)
                for key, hostname in state.hostnames.items()
            }
        )
    state = state.released()
    shown = [field.key for field in provider.info.fields if not field.secret]
    # without an identity field a new secret may mean a new account
    is_other = provider.identity(old).unique_id != provider.identity(new).unique_id
    if is_other or any(old.get(key) != new.get(key) for key in shown):
        return state.each(FamilyState.reset)
    return state


def changed_hostname(
    state: HostnameState, old: Mapping[str, Any], new: Mapping[str, Any]
) -> HostnameState:
    """Return the state of a hostname whose settings the user has confirmed or changed.

    Its stops are lifted. It is sent again only if the record itself changes.
    """
    if new[CONF_HOSTNAME] != old[CONF_HOSTNAME]:
        # the record of another name is unknown
        return HostnameState(paused=state.paused)
    state = state.released()
    for family in Family:
        wanted = new[family.value]
        begins = wanted == Mode.UPDATE and old[family.value] != wanted
        if begins or new[CONF_SETTINGS] != old[CONF_SETTINGS]:
            state = state.with_family(family, state[family].reset())
    return state
