"""System health: counts of accounts, hostnames and connections."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback

from .account.coordinator import AccountCoordinator
from .connection.coordinator import ConnectionCoordinator
from .const import DOMAIN


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register."""
    register.async_register_info(
        _async_info, "/config/integrations/integration/ddns_plus"
    )


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the figures."""
    coordinators = [
        entry.runtime_data for entry in hass.config_entries.async_loaded_entries(DOMAIN)
    ]
    connections = [
        item for item in coordinators if isinstance(item, ConnectionCoordinator)
    ]
    views = [
        view
        for item in coordinators
        if isinstance(item, AccountCoordinator)
        for view in item.data.values()
    ]
    return {
        "connections": len(connections),
        "connections_online": sum(item.online is True for item in connections),
        "connections_with_push": sum(
            any(item.push.alive(family) for family in item.options.families)
            for item in connections
        ),
        "accounts": len(coordinators) - len(connections),
        "hostnames": len(views),
        "hostnames_with_problem": sum(view.status.problem for view in views),
    }
