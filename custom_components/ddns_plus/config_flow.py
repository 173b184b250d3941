"""The flows that add and change provider accounts and internet connections."""

from collections.abc import Mapping
from typing import Any, override

import voluptuous as vol

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntry,
    ConfigFlowResult,
    ConfigSubentryData,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.core import callback
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo

from .account.provider import async_load_provider, async_load_providers
from .account.settings_change import async_change_state, changed_account
from .const import (
    CONF_KIND,
    CONF_PROVIDER,
    CONF_SETTINGS,
    DOMAIN,
    SUBENTRY_TYPE_HOSTNAME,
    WATCH_ONLY,
    EntryKind,
)
from .core.engine.state import AccountState
from .core.hostname import Hostname
from .core.provider import Provider
from .core.provider_info import Settings
from .entries import entry_kind
from .flows.account_form import AccountForm
from .flows.account_trial import AccountTrialFlow, AccountTyped
from .flows.connection_flow import ConnectionFlow
from .flows.discovered_router import (
    offers_besides,
    router_identity,
    router_name,
    withdraw_offers_besides,
)
from .flows.errors import FormError, InvalidFormError
from .flows.fields import (
    async_watch_only,
    chosen_provider,
    errors_in,
    provider_selector,
)
from .flows.hostname_flow import HostnameSubentryFlow
from .flows.hostname_form import HostnameForm, async_offered
from .flows.options_flow import ConnectionOptionsFlow


class DdnsPlusConfigFlow(AccountTrialFlow, ConnectionFlow, domain=DOMAIN):
    """Adds accounts and connections."""

    VERSION = 1
    MINOR_VERSION = 1

    _provider: type[Provider]
    _settings: Settings
    _offered: tuple[Hostname, ...]

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry[Any]
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return that accounts have hostnames."""
        if entry_kind(config_entry) is EntryKind.ACCOUNT:
            return {SUBENTRY_TYPE_HOSTNAME: HostnameSubentryFlow}
        return {}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry[Any]) -> OptionsFlow:
        """Return the options of a connection."""
        return ConnectionOptionsFlow()

    @classmethod
    @callback
    @override
    def async_supports_options_flow(cls, config_entry: ConfigEntry[Any]) -> bool:
        """Return that only connections have options."""
        return entry_kind(config_entry) is EntryKind.CONNECTION

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Choose a provider, or only watch the address."""
        return await self._async_choose_provider("user", user_input)

    @override
    async def async_step_ssdp(
        self, discovery_info: SsdpServiceInfo
    ) -> ConfigFlowResult:
        """Offer to set up, for there is a router that tells the address."""
        if self._async_current_entries(include_ignore=False):
            # a connection finds the router by itself
            return self.async_abort(reason="already_configured")
        if offers_besides(self):
            # one offer is enough, whatever else calls itself a router
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
        """Choose a provider, after a router was discovered."""
        return await self._async_choose_provider("discovered", user_input)

    async def _async_choose_provider(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Show the list of providers until one is chosen."""
        providers = await async_load_providers(self.hass)
        watch_only = await async_watch_only(self.hass)
        errors: dict[str, str] = {}
        if user_input is not None:
            choice = user_input[CONF_PROVIDER]
            if choice in (WATCH_ONLY, watch_only):
                # a connection is not the router that was discovered
                await self.async_set_unique_id(None)
                return await self.async_step_connection()
            if (provider := chosen_provider(providers, choice)) is not None:
                self._provider = provider
                return await self.async_step_account()
            errors[CONF_PROVIDER] = "unknown_provider"
        selector = provider_selector(providers, watch_only)
        titles = self.context.get("title_placeholders", {})
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema({vol.Required(CONF_PROVIDER): selector}), user_input
            ),
            errors=errors,
            description_placeholders={"watch_only": watch_only, **titles},
        )

    async def async_step_account(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the account's settings and check them."""
        form = AccountForm(hass=self.hass, provider=self._provider)
        error: FormError | None = None
        if user_input is not None:
            try:
                self._settings = form.read(user_input)
                # a flow that was given up somewhere must not be in the way
                await self.async_set_unique_id(
                    self._provider.identity(self._settings).unique_id,
                    raise_on_progress=False,
                )
                self._abort_if_unique_id_configured()
                provider = await form.async_verified(self._settings)
            except InvalidFormError as err:
                error = err.shown
            else:
                self._offered = await async_offered(provider)
                self._typed = AccountTyped("account", form, user_input)
                return await self._async_offer_trial(provider, "hostnames")
        return await self._async_show_account("account", form, user_input, error)

    async def async_step_hostnames(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the hostnames, several at once, and create the account."""
        form = HostnameForm(
            hass=self.hass,
            provider=self._provider,
            connected=self._connected,
            offered=self._offered,
        )
        error: FormError | None = None
        if user_input is not None:
            try:
                hostnames = form.read(user_input)
            except InvalidFormError as err:
                error = err.shown
            else:
                # another account may have become this one meanwhile
                self._abort_if_unique_id_configured()
                return self._create_account(hostnames)
        schema = form.schema(user_input, error)
        return self.async_show_form(
            step_id="hostnames",
            data_schema=self.add_suggested_values_to_schema(
                schema, form.values(user_input)
            ),
            errors=errors_in(schema, error),
            description_placeholders={
                "provider": self._provider.info.name,
                **form.placeholders(error),
            },
        )

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Begin, after the provider refused the credentials."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take new credentials and check them."""
        return await self._async_change_account(
            "reauth_confirm", self._get_reauth_entry(), user_input
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change an account's settings, or a connection."""
        entry = self._get_reconfigure_entry()
        if entry_kind(entry) is EntryKind.CONNECTION:
            return await self.async_step_reconfigure_connection()
        return await self._async_change_account("reconfigure", entry, user_input)

    def _create_account(
        self, hostnames: Mapping[Hostname, Mapping[str, Any]]
    ) -> ConfigFlowResult:
        """Create the account with its hostnames."""
        withdraw_offers_besides(self)
        return self.async_create_entry(
            title=self._provider.identity(self._settings).title,
            data={
                CONF_KIND: EntryKind.ACCOUNT.value,
                CONF_PROVIDER: self._provider.info.slug,
                CONF_SETTINGS: dict(self._settings),
            },
            subentries=[
                ConfigSubentryData(
                    data=data,
                    subentry_type=SUBENTRY_TYPE_HOSTNAME,
                    title=hostname.unicode,
                    unique_id=hostname.fqdn,
                )
                for hostname, data in hostnames.items()
            ],
        )

    async def _async_change_account(
        self,
        step_id: str,
        entry: ConfigEntry[Any],
        user_input: dict[str, Any] | None,
    ) -> ConfigFlowResult:
        """Show the form of an account until what was filled in can be taken."""
        slug = entry.data[CONF_PROVIDER]
        try:
            provider = await async_load_provider(self.hass, slug)
        except LookupError:
            return self.async_abort(
                reason="unknown_provider", description_placeholders={"provider": slug}
            )
        form = AccountForm(
            hass=self.hass,
            provider=provider,
            stored=entry.data[CONF_SETTINGS],
            credentials_only=self.source == SOURCE_REAUTH,
        )
        error: FormError | None = None
        if user_input is not None:
            try:
                settings = form.read(user_input)
                connected = await form.async_verified(settings)
            except InvalidFormError as err:
                error = err.shown
            else:
                if self.source == SOURCE_REAUTH:
                    return await self._async_finish(entry, provider, settings)
                self._provider, self._settings = provider, settings
                self._typed = AccountTyped(step_id, form, user_input)
                return await self._async_offer_trial(connected, "save_account")
        return await self._async_show_account(step_id, form, user_input, error)

    async def async_step_save_account(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the account's settings over."""
        entry = self._get_reconfigure_entry()
        return await self._async_finish(entry, self._provider, self._settings)

    async def _async_finish(
        self, entry: ConfigEntry[Any], provider: type[Provider], settings: Settings
    ) -> ConfigFlowResult:
        """Take new settings over and let the account try again."""
        stored = entry.data[CONF_SETTINGS]
        old, new = provider.identity(stored), provider.identity(settings)
        other = self.hass.config_entries.async_entry_for_domain_unique_id(
            DOMAIN, new.unique_id
        )
        if other is not None and other.entry_id != entry.entry_id:
            return self.async_abort(reason="already_configured")

        def change(state: AccountState) -> AccountState:
            return changed_account(state, provider, stored, settings)

        await async_change_state(self.hass, entry, change)
        return self._update_and_reload(
            entry,
            data={**entry.data, CONF_SETTINGS: dict(settings)},
            title=new.title if entry.title == old.title else entry.title,
            unique_id=new.unique_id,
        )
