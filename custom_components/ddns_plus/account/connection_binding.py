"""Which internet connection each hostname follows, kept when connections come and go."""

from homeassistant.core import HomeAssistant, callback

from ..const import CONF_CONNECTION, DOMAIN, SUBENTRY_TYPE_HOSTNAME
from ..entries import connections


@callback
def async_bind_hostnames(hass: HomeAssistant) -> None:
    """Say of each hostname which connection it follows, as soon as there are several.

    Else the removal of the first one would lead its hostnames to the address of another.
    While there is but one they follow it, and whatever takes its place. What was
    published is not sent again by that.
    """
    present = [entry.entry_id for entry in connections(hass)]
    for entry in hass.config_entries.async_entries(DOMAIN):
        for subentry in list(entry.get_subentries_of_type(SUBENTRY_TYPE_HOSTNAME)):
            data = dict(subentry.data)
            bound = data.pop(CONF_CONNECTION, None)
            if bound is None and len(present) > 1:
                data[CONF_CONNECTION] = present[0]
            elif present != [bound]:
                continue
            hass.config_entries.async_update_subentry(entry, subentry, data=data)
