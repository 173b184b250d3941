"""Config flow of accounts and connections, with the choice between them."""

from typing import Any, override

from homeassistant.config_entries import (
    ConfigFlowResult,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.core import callback
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo

from .const import DOMAIN, SUBENTRY_TYPE_HOSTNAME, EntryKind
from .entries import DdnsConfigEntry, entry_kind
from .flows.discovered_router import offers_besides, router_identity, router_name
from .flows.hostname_flow import HostnameSubentryFlow
from .flows.options_flow import ConnectionOptionsFlow
from .flows.provider_choice import ProviderChoiceFlow
from .flows.step import present_entry


class DdnsPlusConfigFlow(ProviderChoiceFlow, domain=DOMAIN):
    """Adds and changes accounts and connections."""

    VERSION = 1
    MINOR_VERSION = 1

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: DdnsConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the hostnames of an account."""
        if entry_kind(config_entry) is EntryKind.ACCOUNT:
            return {SUBENTRY_TYPE_HOSTNAME: HostnameSubentryFlow}
        return {}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: DdnsConfigEntry) -> OptionsFlow:
        """Return the options of a connection."""
        return ConnectionOptionsFlow()

    @classmethod
    @callback
    @override
    def async_supports_options_flow(cls, config_entry: DdnsConfigEntry) -> bool:
        """Return True if the entry is a connection."""
        return entry_kind(config_entry) is EntryKind.CONNECTION

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Choose a provider, or a connection without any."""
        return await self._async_choose_provider("user", user_input)

    @override
    async def async_step_ssdp(
        self, discovery_info: SsdpServiceInfo
    ) -> ConfigFlowResult:
        """Offer the setup because a router announced itself."""
        if self._async_current_entries(include_ignore=False):
            # a connection finds the router itself
            return self.async_abort(reason="already_configured")
        if offers_besides(self):
            # one offer is enough for all routers
            return self.async_abort(reason="already_in_progress")
        if (identity := router_identity(discovery_info)) is None:
            await self._async_handle_discovery_without_unique_id()
        else:
            await self.async_set_unique_id(identity)
            self._abort_if_unique_id_configured()
        self.context["title_placeholders"] = {"name": router_name(discovery_info)}
        return await self.async_step_discovered()

    async def async_step_discovered(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Choose a provider after the discovery of a router."""
        return await self._async_choose_provider("discovered", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the settings of an account, or the name of a connection."""
        entry = present_entry(self, self.context["entry_id"])
        if entry_kind(entry) is EntryKind.CONNECTION:
            return await self.async_step_reconfigure_connection()
        return await self._async_change_account(entry, user_input)
