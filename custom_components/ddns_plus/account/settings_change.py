"""Stored state after the user has changed settings: what is tried and sent again."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component

from ..const import CONF_HOSTNAME, CONF_SETTINGS, DOMAIN
from ..core.address import Family
from ..core.engine.decide import Mode
from ..core.engine.state import AccountState, FamilyState, HostnameState
from ..core.provider import Provider
from ..core.provider_info import Settings
from ..entries import DdnsConfigEntry
from ..store import DATA_STORE
from .coordinator import AccountCoordinator

type Change = Callable[[AccountState], AccountState]


@asynccontextmanager
async def async_changing(
    hass: HomeAssistant, entry: DdnsConfigEntry, change: Change, *, same: bool = False
) -> AsyncGenerator[None]:
    """Stop an account, have its entry changed, change its stored state, and reload it.

    An update that runs would overwrite the change when it ends. The wait for it takes
    seconds: the caller looks again inside. With the `same` settings nothing is stopped.
    Raises UnknownEntry if the entry is gone by then.
    """
    # the store does not exist while all entries are disabled
    await async_setup_component(hass, DOMAIN, {})
    async with entry.setup_lock:
        # a reload or removal that runs is over
        pass
    if same and await _async_changed_while_running(entry, change):
        yield
        return
    if entry.state is ConfigEntryState.LOADED:
        await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_get_known_entry(entry.entry_id)
    store, key = hass.data[DATA_STORE], entry.entry_id
    try:
        yield
        await store.async_set_account(key, change(store.account(key)))
    finally:
        if hass.config_entries.async_get_entry(key) is not None:
            hass.config_entries.async_schedule_reload(key)


async def _async_changed_while_running(entry: DdnsConfigEntry, change: Change) -> bool:
    """Change the state of an account; return False if it does not run."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    account = entry.runtime_data
    assert isinstance(account, AccountCoordinator)
    try:
        await account.async_change(change)
    except HomeAssistantError:
        # it was stopped before
        return False
    return True


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
