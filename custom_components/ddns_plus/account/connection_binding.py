"""Binding of hostnames to internet connections."""

from homeassistant.core import HomeAssistant, callback

from ..const import CONF_CONNECTION, DOMAIN, SUBENTRY_TYPE_HOSTNAME, EntryKind
from ..entries import DdnsConfigEntry, async_connection_entries, entry_kind


@callback
def async_bind_hostnames(hass: HomeAssistant, cause: DdnsConfigEntry) -> None:
    """Bind each hostname to a connection once there are several.

    `cause` is an account, whose hostnames are meant, or a connection that came or went,
    which concerns all hostnames. Without this, removing the first connection would give
    its hostnames the address of another one. With a single connection, hostnames follow
    whichever exists. Binding does not publish anything again.
    """
    present = [entry.entry_id for entry in async_connection_entries(hass)]
    entries = (
        [cause]
        if entry_kind(cause) is EntryKind.ACCOUNT
        else hass.config_entries.async_entries(DOMAIN)
    )
    for entry in entries:
        for subentry in list(entry.get_subentries_of_type(SUBENTRY_TYPE_HOSTNAME)):
            data = dict(subentry.data)
            bound = data.pop(CONF_CONNECTION, None)
            if bound is None and len(present) > 1:
                data[CONF_CONNECTION] = present[0]
            elif present != [bound]:
                continue
            hass.config_entries.async_update_subentry(entry, subentry, data=data)
