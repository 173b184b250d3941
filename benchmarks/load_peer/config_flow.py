"""Form of the peer: so many devices, with so many sensors each."""

from typing import Any, override

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryData,
)

from . import DOMAIN


class PeerFlow(ConfigFlow, domain=DOMAIN):
    """Adds an entry with a subentry for each device."""

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how many."""
        if user_input is None:
            schema = vol.Schema(
                {vol.Required("devices"): int, vol.Required("sensors"): int}
            )
            return self.async_show_form(step_id="user", data_schema=schema)
        return self.async_create_entry(
            title="Peer",
            data={"sensors": user_input["sensors"]},
            subentries=[
                ConfigSubentryData(
                    subentry_type="device",
                    title=f"Device {number}",
                    unique_id=None,
                    data={},
                )
                for number in range(user_input["devices"])
            ],
        )
