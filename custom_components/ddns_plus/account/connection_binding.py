"""Binding of hostnames to internet connections."""

from homeassistant.core import HomeAssistant, callback

from ..const import CONF_CONNECTION, DOMAIN, SUBENTRY_TYPE_HOSTNAME
from ..entries import async_connection_entries


@callback
def async_bind_hostnames(hass: HomeAssistant) -> None:
    """Bind each hostname to a connection once there are several.

    Without this, removing the first connection would give its hostnames the address of
    another one. With a single connection, hostnames follow whichever exists. Binding
    does not publish anything again.
    """
    present = [entry.entry_id for entry in async_connection_entries(hass)]
    for entry in hass.config_entries.async_entries(DOMAIN):
        for subentry in list(entry.get_subentries_of_type(SUBENTRY_TYPE_HOSTNAME)):
            data = dict(subentry.data)
            bound = data.pop(CONF_CONNECTION, None)
            if bound is None and len(present) > 1:
                data[CONF_CONNECTION] = present[0]
            elif present != [bound]:
                continue
            hass.config_entries.async_update_subentry(entry, subentry, data=data)
