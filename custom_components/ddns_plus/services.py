"""The actions of DDNS Plus."""

from collections.abc import Iterator

import voluptuous as vol

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr

from .account import AccountCoordinator
from .connection import ConnectionCoordinator
from .const import ATTR_HOSTNAME, ATTR_OVERRIDE_STOP, DOMAIN
from .core.engine import Force
from .core.hostname import Hostname, InvalidHostnameError
from .entity import DdnsConfigEntry
from .exceptions import raise_for_published
from .hostname_view import Published

SERVICE_CHECK_ADDRESS = "check_address"
SERVICE_FORCE_UPDATE = "force_update"

_ENTRIES = {
    vol.Optional(ATTR_CONFIG_ENTRY_ID): vol.All(cv.ensure_list, [cv.string]),
}
_FORCE_UPDATE_SCHEMA = vol.Schema(
    {
        **_ENTRIES,
        vol.Optional(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string]),
        vol.Optional(ATTR_HOSTNAME): vol.All(cv.ensure_list, [cv.string]),
        vol.Optional(ATTR_OVERRIDE_STOP, default=False): cv.boolean,
    }
)
_CHECK_ADDRESS_SCHEMA = vol.Schema(_ENTRIES)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(
        DOMAIN,
        SERVICE_FORCE_UPDATE,
        _async_force_update,
        schema=_FORCE_UPDATE_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_CHECK_ADDRESS,
        _async_check_address,
        schema=_CHECK_ADDRESS_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )


async def _async_force_update(call: ServiceCall) -> ServiceResponse:
    """Update hostnames now, changed or not."""
    force = Force.OVERRIDE_STOP if call.data[ATTR_OVERRIDE_STOP] else Force.FORCE
    targets = _targets(call)
    # accounts do not wait for one another
    tasks = [
        call.hass.async_create_task(account.async_publish(subentry_ids, force))
        for account, subentry_ids in targets.items()
    ]
    results: list[Published] = [published for task in tasks for published in await task]
    if not call.return_response:
        raise_for_published(results)
        return None
    return {"results": [published.as_response() for published in results]}


async def _async_check_address(call: ServiceCall) -> ServiceResponse:
    """Check the public address now."""
    connections = [
        entry.runtime_data
        for entry in _loaded_entries(call)
        if isinstance(entry.runtime_data, ConnectionCoordinator)
    ]
    if not connections:
        raise _invalid("no_connection")
    tasks = [
        call.hass.async_create_task(connection.async_check())
        for connection in connections
    ]
    for task in tasks:
        await task
    if not call.return_response:
        return None
    return {"connections": [connection.as_response() for connection in connections]}


def _targets(call: ServiceCall) -> dict[AccountCoordinator, set[str]]:
    """Return the hostnames that an action is about, by account.

    Entries, devices and hostnames add up; without any of them all hostnames are meant.
    """
    accounts = [
        entry.runtime_data
        for entry in call.hass.config_entries.async_loaded_entries(DOMAIN)
        if isinstance(entry.runtime_data, AccountCoordinator)
    ]
    everything = not any(
        call.data.get(key)
        for key in (ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID, ATTR_HOSTNAME)
    )
    chosen: dict[AccountCoordinator, set[str]] = {}
    if everything or call.data.get(ATTR_CONFIG_ENTRY_ID):
        for entry in _loaded_entries(call):
            if isinstance(entry.runtime_data, AccountCoordinator):
                chosen[entry.runtime_data] = set(entry.runtime_data.hostnames)
    for device_id in call.data.get(ATTR_DEVICE_ID, ()):
        account, subentry_ids = _device_target(call.hass, accounts, device_id)
        chosen.setdefault(account, set()).update(subentry_ids)
    for text in call.data.get(ATTR_HOSTNAME, ()):
        found = list(_hostname_targets(accounts, text))
        if not found:
            raise _invalid("hostname_not_found", hostname=text)
        for account, subentry_id in found:
            chosen.setdefault(account, set()).add(subentry_id)
    if not any(chosen.values()):
        raise _invalid("no_hostnames")
    return chosen


def _loaded_entries(call: ServiceCall) -> Iterator[DdnsConfigEntry]:
    """Yield the entries that an action names, all loaded ones when it names none."""
    entry_ids = call.data.get(ATTR_CONFIG_ENTRY_ID)
    if not entry_ids:
        yield from call.hass.config_entries.async_loaded_entries(DOMAIN)
        return
    for entry_id in entry_ids:
        entry: DdnsConfigEntry | None = call.hass.config_entries.async_get_entry(
            entry_id
        )
        if entry is None or entry.domain != DOMAIN:
            raise _invalid("entry_not_found", entry=entry_id)
        if entry.state is not ConfigEntryState.LOADED:
            raise _invalid("entry_not_loaded", entry=entry.title)
        yield entry


def _device_target(
    hass: HomeAssistant, accounts: list[AccountCoordinator], device_id: str
) -> tuple[AccountCoordinator, set[str]]:
    """Return the hostnames of a device: one, or all of an account."""
    device = dr.async_get(hass).async_get(device_id)
    for account in accounts:
        if (
            device is not None
            and device.config_entry_id == account.config_entry.entry_id
        ):
            subentry_id = device.config_subentry_id
            return account, {subentry_id} if subentry_id else set(account.hostnames)
    raise _invalid("device_not_found", device=device_id)


def _hostname_targets(
    accounts: list[AccountCoordinator], text: str
) -> Iterator[tuple[AccountCoordinator, str]]:
    """Yield where a hostname is managed."""
    try:
        hostname = Hostname.parse(text)
    except InvalidHostnameError as err:
        raise _invalid("hostname_not_found", hostname=text) from err
    for account in accounts:
        for subentry_id, managed in account.hostnames.items():
            if managed.hostname == hostname:
                yield account, subentry_id


def _invalid(key: str, **placeholders: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )
