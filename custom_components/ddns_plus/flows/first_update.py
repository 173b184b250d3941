"""One real update with an account's settings before they are stored."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant

from ..account.first_update import FirstUpdate, async_first_update
from ..account.hostname import ManagedHostname
from ..account.lines import async_get_lines
from ..account.settings_change import changed_account, changed_hostname
from ..const import CONF_HOSTNAME, CONF_SETTINGS, SUBENTRY_TYPE_HOSTNAME
from ..core.address import Family
from ..core.engine.state import AccountState
from ..core.observation import Line, Observation, Unknown
from ..core.provider import Provider
from ..entries import DdnsConfigEntry, async_connection_entries
from ..store import DATA_STORE
from .account_form import AccountDraft
from .account_trial import async_present_addresses
from .hostname_draft import HostnameDraft


def new_subentries(hostnames: HostnameDraft) -> Mapping[str, ConfigSubentry]:
    """Return the subentries of a new account by their ids."""
    subentries = [
        ConfigSubentry(
            data=MappingProxyType(data),
            subentry_type=SUBENTRY_TYPE_HOSTNAME,
            title=hostname.unicode,
            unique_id=hostname.fqdn,
        )
        for hostname, data in hostnames.subentries().items()
    ]
    return {subentry.subentry_id: subentry for subentry in subentries}


async def async_update_of_new(
    hass: HomeAssistant, connected: Provider, subentries: Mapping[str, ConfigSubentry]
) -> FirstUpdate | None:
    """Send the first update of a new account; return None if it cannot be sent now."""
    hostnames = _managed(subentries)
    if async_connection_entries(hass):
        lines = async_get_lines(hass, hostnames.values())
    else:
        lines = {None: await _async_first_line(hass)}
    return await async_first_update(connected, hostnames, lines, AccountState())


def is_worth_an_update(
    hass: HomeAssistant, entry: DdnsConfigEntry, draft: AccountDraft
) -> bool:
    """Return True if an account runs, and its settings are new or its updates fail."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    stored, state = entry.data[CONF_SETTINGS], stored_state(hass, entry)
    return (
        _is_failing(state)
        or draft.form.credentials_only
        or any(
            draft.settings.get(field.key) != stored.get(field.key, field.default)
            for field in draft.form.fields
        )
    )


async def async_update_of_entry(
    hass: HomeAssistant, entry: DdnsConfigEntry, draft: AccountDraft
) -> FirstUpdate | None:
    """Send one update with new settings; return None if it cannot be sent now."""
    hostnames = _managed(
        {
            subentry.subentry_id: subentry
            for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_HOSTNAME)
        }
    )
    return await async_first_update(
        draft.connected,
        hostnames,
        async_get_lines(hass, hostnames.values()),
        changed_account(
            stored_state(hass, entry),
            draft.form.provider,
            entry.data[CONF_SETTINGS],
            draft.settings,
        ),
    )


def replaced(subentry: ConfigSubentry, data: Mapping[str, Any]) -> ConfigSubentry:
    """Return a subentry with other data."""
    return replace(
        subentry, data=MappingProxyType(dict(data)), unique_id=data[CONF_HOSTNAME]
    )


async def async_update_of_hostname(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    subentry: ConfigSubentry,
    provider: Provider,
) -> FirstUpdate | None:
    """Send an update of a changed hostname; return None if it cannot be sent now."""
    key, state = subentry.subentry_id, stored_state(hass, entry)
    hostnames = _managed({key: subentry})
    before = entry.subentries[key].data
    changed = changed_hostname(state.hostname(key), before, subentry.data)
    return await async_first_update(
        provider,
        hostnames,
        async_get_lines(hass, hostnames.values()),
        state.with_hostname(key, changed),
    )


def stored_state(hass: HomeAssistant, entry: DdnsConfigEntry) -> AccountState:
    """Return the state of a running account."""
    return hass.data[DATA_STORE].account(entry.entry_id)


def _is_failing(state: AccountState) -> bool:
    """Return True if the last update of the account or of a record failed."""
    return state.failure is not None or any(
        family.failure is not None
        for hostname in state.hostnames.values()
        for family in hostname.families.values()
    )


def _managed(subentries: Mapping[str, ConfigSubentry]) -> dict[str, ManagedHostname]:
    return {
        key: ManagedHostname.from_subentry(item) for key, item in subentries.items()
    }


async def _async_first_line(hass: HomeAssistant) -> Line:
    """Return the connection that will be added with the account."""
    addresses = await async_present_addresses(hass, {})
    return Line(
        observations={
            family: Observation(
                family=family,
                address=addresses.get(family),
                unknown=None if family in addresses else Unknown.NOT_CHECKED,
            )
            for family in Family
        }
    )
