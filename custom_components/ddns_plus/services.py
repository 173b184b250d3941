"""Actions of the integration."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import voluptuous as vol

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID, Platform
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.service import (
    async_get_config_entry,
    async_get_device_and_config_entry,
)

from .account.answer import raise_for_published
from .account.coordinator import AccountCoordinator
from .button import CHECK_NOW, UPDATE_NOW
from .connection.coordinator import ConnectionCoordinator
from .const import ATTR_HOSTNAME, ATTR_OVERRIDE_STOP, DOMAIN
from .core.engine.decide import Force
from .core.hostname import Hostname, InvalidHostnameError
from .entity import unique_id_of
from .entries import DdnsConfigEntry

SERVICE_CHECK_ADDRESS = "check_address"
SERVICE_FORCE_UPDATE = "force_update"

_TARGETS = frozenset({ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID, ATTR_HOSTNAME})
_STRINGS = vol.All(cv.ensure_list, [cv.string])
_FORCE_UPDATE_SCHEMA = vol.Schema(
    {
        **{vol.Optional(target): _STRINGS for target in sorted(_TARGETS)},
        vol.Optional(ATTR_OVERRIDE_STOP, default=False): cv.boolean,
    }
)
_CHECK_ADDRESS_SCHEMA = vol.Schema({vol.Optional(ATTR_CONFIG_ENTRY_ID): _STRINGS})


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
    """Update hostnames now, changed or not; accounts run in parallel."""
    targets = _targets(call)
    await _async_require_control(
        call, (key for chosen in targets.values() for key in chosen), UPDATE_NOW.key
    )
    force = Force.OVERRIDE_STOP if call.data[ATTR_OVERRIDE_STOP] else Force.FORCE
    answers = await asyncio.gather(
        *(
            account.async_publish(subentry_ids, force)
            for account, subentry_ids in targets.items()
        )
    )
    results = [published for answer in answers for published in answer]
    if not call.return_response:
        raise_for_published(call.hass, results)
        return None
    return {"results": [published.as_response(call.hass) for published in results]}


async def _async_check_address(call: ServiceCall) -> ServiceResponse:
    """Check the public address now."""
    if ATTR_CONFIG_ENTRY_ID in call.data:
        connections = [
            _connection(async_get_config_entry(call.hass, DOMAIN, entry_id))
            for entry_id in dict.fromkeys(call.data[ATTR_CONFIG_ENTRY_ID])
        ]
    else:
        connections = list(_loaded(call.hass, ConnectionCoordinator))
    if not connections:
        raise _invalid("no_connection")
    owners = (connection.config_entry.entry_id for connection in connections)
    await _async_require_control(call, owners, CHECK_NOW.key)
    await asyncio.gather(*(connection.async_check() for connection in connections))
    if not call.return_response:
        return None
    return {"connections": [connection.as_response() for connection in connections]}


async def _async_require_control(
    call: ServiceCall, owners: Iterable[str], button: str
) -> None:
    """Raise Unauthorized for a person who may not press the button of each owner.

    An owner is a hostname or a connection, by its id.
    """
    if call.context.user_id is None:
        return
    user = await call.hass.auth.async_get_user(call.context.user_id)
    if user is None:
        raise UnknownUser(context=call.context)
    registry = er.async_get(call.hass)
    for owner in owners:
        entity_id = registry.async_get_entity_id(
            Platform.BUTTON, DOMAIN, unique_id_of(owner, button)
        )
        if not user.permissions.check_entity(entity_id or "", POLICY_CONTROL):
            raise Unauthorized(
                context=call.context, entity_id=entity_id, permission=POLICY_CONTROL
            )


def _targets(call: ServiceCall) -> Mapping[AccountCoordinator, set[str]]:
    """Return the hostnames that an action targets, by account.

    Entries, devices and hostnames add up. Without any target all hostnames are meant.
    Raises ServiceValidationError.
    """
    hass, data = call.hass, call.data
    accounts = list(_loaded(hass, AccountCoordinator))
    chosen: dict[AccountCoordinator, set[str]] = defaultdict(set)
    if _TARGETS.isdisjoint(data):
        for account in accounts:
            chosen[account].update(account.hostnames)
    for entry_id in data.get(ATTR_CONFIG_ENTRY_ID, ()):
        account = _account(async_get_config_entry(hass, DOMAIN, entry_id))
        chosen[account].update(account.hostnames)
    for device_id in data.get(ATTR_DEVICE_ID, ()):
        device, entry = async_get_device_and_config_entry(
            hass, DOMAIN, device_id, include_child_devices=False
        )
        account, subentry_id = _account(entry), device.config_subentry_id
        chosen[account].update([subentry_id] if subentry_id else account.hostnames)
    for text in data.get(ATTR_HOSTNAME, ()):
        found = list(_hostname_targets(accounts, text))
        if not found:
            raise _invalid("hostname_not_found", hostname=text)
        for account, subentry_id in found:
            chosen[account].add(subentry_id)
    if not any(chosen.values()):
        raise _invalid("no_hostnames")
    return chosen


def _loaded[CoordinatorT: AccountCoordinator | ConnectionCoordinator](
    hass: HomeAssistant, kind: type[CoordinatorT]
) -> Iterator[CoordinatorT]:
    """Yield the loaded coordinators of one kind."""
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        if isinstance(entry.runtime_data, kind):
            yield entry.runtime_data


def _account(entry: DdnsConfigEntry) -> AccountCoordinator:
    """Return the account of a loaded entry. Raises ServiceValidationError."""
    if not isinstance(entry.runtime_data, AccountCoordinator):
        raise _invalid("not_an_account", entry=entry.title)
    return entry.runtime_data


def _connection(entry: DdnsConfigEntry) -> ConnectionCoordinator:
    """Return the connection of a loaded entry. Raises ServiceValidationError."""
    if not isinstance(entry.runtime_data, ConnectionCoordinator):
        raise _invalid("not_a_connection", entry=entry.title)
    return entry.runtime_data


def _hostname_targets(
    accounts: list[AccountCoordinator], text: str
) -> Iterator[tuple[AccountCoordinator, str]]:
    """Yield the accounts and subentry ids of a hostname."""
    try:
        hostname = Hostname.parse(text)
    except InvalidHostnameError:
        return
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
