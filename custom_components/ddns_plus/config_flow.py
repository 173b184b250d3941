"""Config flow of accounts and connections, with the choice between them."""

from typing import Any, override

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigFlowResult,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.core import callback
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo

from .account.provider import async_load_providers
from .const import CONF_PROVIDER, DOMAIN, SUBENTRY_TYPE_HOSTNAME, WATCH_ONLY, EntryKind
from .entries import DdnsConfigEntry, entry_kind
from .flows.account_flow import AccountFlow
from .flows.connection_flow import ConnectionFlow
from .flows.discovered_router import offers_besides, router_identity, router_name
from .flows.errors import FormError
from .flows.fields import async_watch_only, chosen_provider, provider_selector
from .flows.hostname_flow import HostnameSubentryFlow
from .flows.options_flow import ConnectionOptionsFlow
from .flows.step import present_entry, show_form


class DdnsPlusConfigFlow(AccountFlow, ConnectionFlow, domain=DOMAIN):
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

    async def _async_choose_provider(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Show the list of providers until one is chosen."""
        providers = await async_load_providers(self.hass)
        watch_only = await async_watch_only(self.hass)
        error: FormError | None = None
        if user_input is not None:
            choice = user_input.get(CONF_PROVIDER, "").strip()
            if choice in (WATCH_ONLY, watch_only):
                # the connection is not the discovered router
                await self.async_set_unique_id(None)
                return await self.async_step_connection()
            if (provider := chosen_provider(providers, choice)) is not None:
                return await self._async_add_account(provider)
            error = FormError(
                field=CONF_PROVIDER,
                key="unknown_provider" if choice else "no_provider",
                placeholders={"value": choice},
            )
        selector = provider_selector(providers, watch_only)
        return show_form(
            self,
            step_id,
            # the frontend chooses the first item of what is required
            vol.Schema({vol.Optional(CONF_PROVIDER): selector}),
            user_input,
            error,
            {"watch_only": watch_only, **self.context.get("title_placeholders", {})},
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the settings of an account, or the name of a connection."""
        entry = present_entry(self, self.context["entry_id"])
        if entry_kind(entry) is EntryKind.CONNECTION:
            return await self.async_step_reconfigure_connection()
        return await self._async_change_account(entry, user_input)
