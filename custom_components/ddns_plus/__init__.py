"""DDNS Plus: keeps DNS records pointing home."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import SOURCE_IMPORT, ConfigEntryState
from homeassistant.core import HassJob, HomeAssistant
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    issue_registry as ir,
)
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.typing import ConfigType

from .account.connection_binding import async_bind_hostnames
from .account.coordinator import AccountCoordinator
from .account.first_update import (
    FirstUpdate,
    async_tell_first_update,
    take_first_update,
)
from .account.provider import async_create_provider, async_load_provider
from .connection.coordinator import ConnectionCoordinator
from .connection.notify import SIGNAL_OBSERVATION
from .connection.renamed_entities import async_follow_renames
from .connection.sources import async_http_options
from .const import CONF_PROVIDER, CONF_SETTINGS, DOMAIN, PLATFORMS, EntryKind
from .core.engine.state import AccountState
from .entries import DdnsConfigEntry, async_connection_entries, async_issues, entry_kind
from .services import async_setup_services
from .store import DATA_STORE, StateStore

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Load the stored state, and register the actions."""
    store = StateStore(hass)
    await store.async_load()
    hass.data[DATA_STORE] = store
    async_setup_services(hass)
    async_follow_renames(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: DdnsConfigEntry) -> bool:
    """Set up an account or a connection; neither needs the internet."""
    async_bind_hostnames(hass, entry)
    first = take_first_update(hass, entry.unique_id)
    if entry_kind(entry) is EntryKind.CONNECTION:
        entry.runtime_data = await _async_connection(hass, entry)
    else:
        entry.runtime_data = await _async_account(hass, entry, first)
    entry.async_on_unload(entry.add_update_listener(_async_reload))
    # before Home Assistant cancels running tasks
    stop = HassJob(entry.runtime_data.async_stop, f"{DOMAIN} stop {entry.title}")
    entry.async_on_unload(hass.async_add_shutdown_job(stop))
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    # events from here on find their entities
    entry.runtime_data.async_start()
    if first is not None:
        state = hass.data[DATA_STORE].account(entry.entry_id)
        await async_tell_first_update(hass, entry, first, AccountState(), state)
    return True


async def _async_connection(
    hass: HomeAssistant, entry: DdnsConfigEntry
) -> ConnectionCoordinator:
    """Return the coordinator of an internet connection."""
    return ConnectionCoordinator(
        hass, entry, hass.data[DATA_STORE], await async_http_options(hass)
    )


async def _async_account(
    hass: HomeAssistant, entry: DdnsConfigEntry, first: FirstUpdate | None
) -> AccountCoordinator:
    """Return the coordinator of a provider account, and create its device.

    `first` is the update that was sent before the account was created.
    """
    slug = entry.data[CONF_PROVIDER]
    try:
        provider = await async_load_provider(hass, slug)
    except LookupError as err:
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key="unknown_provider",
            translation_placeholders={"provider": slug},
        ) from err
    store = hass.data[DATA_STORE]
    if first is not None:
        await store.async_set_account(entry.entry_id, first.recorded(AccountState()))
    coordinator = AccountCoordinator(
        hass,
        entry,
        await async_create_provider(hass, provider, entry.data[CONF_SETTINGS]),
        store,
    )
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
        manufacturer=provider.info.name,
        configuration_url=provider.info.console_url,
        entry_type=dr.DeviceEntryType.SERVICE,
    )
    coordinator.device_id = device.id
    await coordinator.async_config_entry_first_refresh()
    _async_ensure_connection(hass)
    return coordinator


async def async_unload_entry(hass: HomeAssistant, entry: DdnsConfigEntry) -> bool:
    """Stop; an update that runs is finished first."""
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    await entry.runtime_data.async_stop()
    return True


async def async_remove_entry(hass: HomeAssistant, entry: DdnsConfigEntry) -> None:
    """Delete the stored state of an entry; remaining accounts need a connection."""
    if (store := hass.data.get(DATA_STORE)) is not None:
        await store.async_remove(entry.entry_id)
    for issue in async_issues(hass, entry):
        ir.async_delete_issue(hass, DOMAIN, issue.issue_id)
    if entry_kind(entry) is EntryKind.ACCOUNT:
        return
    async_bind_hostnames(hass, entry)
    # accounts with hostnames bound to this connection raise a repair
    async_dispatcher_send(hass, SIGNAL_OBSERVATION, entry.entry_id)
    if any(
        entry_kind(other) is EntryKind.ACCOUNT
        for other in hass.config_entries.async_entries(DOMAIN, include_disabled=False)
    ):
        # under other rules an address might be published that was held back
        _async_ensure_connection(hass, entry.options)


def _async_ensure_connection(
    hass: HomeAssistant, options: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """Add an internet connection with these options if there is none."""
    # not SOURCE_SYSTEM: Home Assistant offers no menu for such an entry
    if not async_connection_entries(hass):
        hass.async_create_task(
            hass.config_entries.flow.async_init(
                DOMAIN, context={"source": SOURCE_IMPORT}, data=dict(options)
            ),
            f"{DOMAIN} add the internet connection",
        )


async def _async_reload(hass: HomeAssistant, entry: DdnsConfigEntry) -> None:
    """Reload once after changes of settings, options or hostnames."""
    if entry.state is ConfigEntryState.UNLOAD_IN_PROGRESS:
        # the set-up that follows reads all changes
        return
    hass.config_entries.async_schedule_reload(entry.entry_id)
