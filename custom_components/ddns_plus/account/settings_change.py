"""What a person's changes make of the stored state: what is tried again, what sent again."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from ..const import CONF_HOSTNAME, CONF_SETTINGS, DOMAIN
from ..core.address import Family
from ..core.engine.decide import Mode
from ..core.engine.state import AccountState, FamilyState, HostnameState
from ..core.provider import Provider
from ..core.provider_info import Settings
from ..store import DATA_STORE


async def async_change_state(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    change: Callable[[AccountState], AccountState],
) -> None:
    """Change the state of an account, which stops; whoever calls this reloads it.

    An update under way would write the state that it began with over the change.
    """
    # nothing is set up while all entries are disabled
    await async_setup_component(hass, DOMAIN, {})
    if entry.state is ConfigEntryState.LOADED:
        await hass.config_entries.async_unload(entry.entry_id)
    store = hass.data[DATA_STORE]
    await store.async_set_account(entry.entry_id, change(store.account(entry.entry_id)))


def changed_account(
    state: AccountState, provider: type[Provider], old: Settings, new: Settings
) -> AccountState:
    """Return the state of an account whose settings a person has looked through.

    Stops are over. All is sent again where other settings may change what is sent.
    """
    if not provider.same_account(old, new):
        # what is known of the records of one account says nothing of another's
        return AccountState(
            hostnames={
                key: HostnameState(paused=hostname.paused)
                for key, hostname in state.hostnames.items()
            }
        )
    state = state.released()
    shown = [field.key for field in provider.info.fields if not field.secret]
    # where only a secret says who the account is, another one may be of another account
    is_other = provider.identity(old).unique_id != provider.identity(new).unique_id
    if is_other or any(old.get(key) != new.get(key) for key in shown):
        return state.each(FamilyState.reset)
    return state


def changed_hostname(
    state: HostnameState, old: Mapping[str, Any], new: Mapping[str, Any]
) -> HostnameState:
    """Return the state of a hostname whose settings a person has looked through.

    Its stops are over. It is sent again only if the record itself shall be another.
    """
    if new[CONF_HOSTNAME] != old[CONF_HOSTNAME]:
        # what is known of the record of one name says nothing of another's
        return HostnameState(paused=state.paused)
    state = state.released()
    for family in Family:
        wanted = new[family.value]
        begins = wanted == Mode.UPDATE and old[family.value] != wanted
        if begins or new[CONF_SETTINGS] != old[CONF_SETTINGS]:
            state = state.with_family(family, state[family].reset())
    return state
