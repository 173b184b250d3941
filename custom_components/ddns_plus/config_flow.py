"""The flows that add and change provider accounts and internet connections."""

from collections.abc import Iterable, Mapping
from typing import Any, override

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryData,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.helpers.selector import TextSelector
from homeassistant.util import slugify

from .connection_form import (
    ConnectionOptionsFlow,
    connection_options,
    connection_schema,
)
from .const import (
    CONF_CONNECTION,
    CONF_KIND,
    CONF_PROVIDER,
    CONF_SETTINGS,
    DOMAIN,
    SUBENTRY_TYPE_HOSTNAME,
    WATCH_ONLY,
    EntryKind,
)
from .core.errors import DdnsError
from .core.hostname import Hostname
from .core.providers.base import Field, Provider, Settings
from .core.state import FamilyState
from .exceptions import FormError, InvalidFormError, form_error
from .forms import provider_selector, schema_of, settings_from, suggested
from .hostname_form import HostnameForm
from .providers import async_create_provider, async_load_provider, async_load_providers
from .settings import entry_kind
from .store import DATA_STORE
from .subentry_flow import HostnameSubentryFlow

DEFAULT_CONNECTION_NAME = "Internet connection"
_NAME = {vol.Required(CONF_NAME, default=DEFAULT_CONNECTION_NAME): TextSelector()}


class DdnsPlusConfigFlow(ConfigFlow, domain=DOMAIN):
    """Adds accounts and connections."""

    VERSION = 1
    MINOR_VERSION = 1

    _provider: type[Provider]
    _settings: Settings
    _offered: tuple[Hostname, ...] = ()

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
        if user_input is not None:
            if user_input[CONF_PROVIDER] == WATCH_ONLY:
                return await self.async_step_connection()
            self._provider = await async_load_provider(
                self.hass, user_input[CONF_PROVIDER]
            )
            return await self.async_step_account()
        providers = await async_load_providers(self.hass)
        return self.async_show_form(
            step_id="user",
            data_schema=vol.Schema(
                {vol.Required(CONF_PROVIDER): provider_selector(providers, WATCH_ONLY)}
            ),
        )

    async def async_step_account(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the account's settings and check them."""
        fields = self._provider.info.fields
        error: FormError | None = None
        if user_input is not None:
            settings = settings_from(fields, user_input)
            await self.async_set_unique_id(self._provider.identity(settings).unique_id)
            self._abort_if_unique_id_configured(reload_on_update=False)
            error = await self._async_check(settings)
            if error is None:
                self._settings = settings
                return await self.async_step_hostnames()
        return self._show_account("account", fields, error, user_input)

    async def async_step_hostnames(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the hostnames, several at once, and create the account."""
        form = HostnameForm(
            hass=self.hass, provider=self._provider, offered=self._offered
        )
        error: FormError | None = None
        if user_input is not None:
            try:
                hostnames = form.read(user_input)
            except InvalidFormError as err:
                error = err.shown
            else:
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
        return self.async_show_form(
            step_id="hostnames",
            data_schema=self.add_suggested_values_to_schema(
                form.schema(error), user_input
            ),
            errors={error.field: error.key} if error else None,
            description_placeholders={
                "provider": self._provider.info.name,
                **(error.placeholders if error else {}),
            },
        )

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Begin, after the provider refused the credentials."""
        self._provider = await async_load_provider(self.hass, entry_data[CONF_PROVIDER])
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take new secrets and check them."""
        entry = self._get_reauth_entry()
        fields = [field for field in self._provider.info.fields if field.secret]
        error: FormError | None = None
        if user_input is not None:
            settings = entry.data[CONF_SETTINGS] | settings_from(fields, user_input)
            error = await self._async_check(settings)
            if error is None:
                return await self._async_finish(entry, settings)
        return self._show_account("reauth_confirm", fields, error, user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change an account's settings, or a connection."""
        entry = self._get_reconfigure_entry()
        if entry_kind(entry) is EntryKind.CONNECTION:
            return await self.async_step_reconfigure_connection()
        self._provider = await async_load_provider(self.hass, entry.data[CONF_PROVIDER])
        fields = self._provider.info.fields
        error: FormError | None = None
        if user_input is not None:
            kept = {
                field.key: entry.data[CONF_SETTINGS][field.key]
                for field in fields
                if field.secret and field.key in entry.data[CONF_SETTINGS]
            }
            settings = kept | settings_from(fields, user_input)
            error = await self._async_check(settings)
            if error is None:
                return await self._async_finish(entry, settings)
        return self._show_account(
            "reconfigure",
            fields,
            error,
            user_input or suggested(fields, entry.data[CONF_SETTINGS]),
            keep_secrets=True,
        )

    async def async_step_connection(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Add an internet connection, also to only watch its address."""
        return self._connection_step("connection", user_input)

    async def async_step_reconfigure_connection(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change an internet connection and its name."""
        return self._connection_step("reconfigure_connection", user_input)

    async def async_step_system(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Add the connection that an account needs, with defaults right for most."""
        # accounts that are set up at once ask once each
        await self.async_set_unique_id(EntryKind.CONNECTION.value)
        if any(
            entry_kind(entry) is EntryKind.CONNECTION
            for entry in self._async_current_entries()
        ):
            return self.async_abort(reason="already_configured")
        return self.async_create_entry(
            title=DEFAULT_CONNECTION_NAME, data={CONF_KIND: EntryKind.CONNECTION.value}
        )

    def _connection_step(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Show the form of a connection until what was filled in can be taken."""
        changed = self._get_reconfigure_entry() if step_id != CONF_CONNECTION else None
        error: FormError | None = None
        if user_input is not None:
            name = user_input[CONF_NAME].strip() or DEFAULT_CONNECTION_NAME
            try:
                options = connection_options(user_input)
                self._refuse_taken_name(name, changed)
            except InvalidFormError as err:
                error = err.shown
            else:
                if changed is not None:
                    return self._update_and_reload(changed, title=name, options=options)
                return self.async_create_entry(
                    title=name,
                    data={CONF_KIND: EntryKind.CONNECTION.value},
                    options=options,
                )
        known = {CONF_NAME: changed.title, **changed.options} if changed else {}
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema({**_NAME, **connection_schema().schema}),
                user_input or known,
            ),
            errors={error.field: error.key} if error else None,
            description_placeholders=error.placeholders if error else None,
        )

    def _refuse_taken_name(self, name: str, changed: ConfigEntry[Any] | None) -> None:
        """Refuse a name that another connection has."""
        for entry in self._async_current_entries():
            if entry is changed or entry_kind(entry) is not EntryKind.CONNECTION:
                continue
            if slugify(entry.title) == slugify(name):
                raise InvalidFormError(CONF_NAME, "name_taken", name=name)

    def _show_account(
        self,
        step_id: str,
        fields: Iterable[Field],
        error: FormError | None,
        values: Mapping[str, Any] | None,
        *,
        keep_secrets: bool = False,
    ) -> ConfigFlowResult:
        """Show the form of an account; what was typed in before is still there."""
        info = self._provider.info
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                schema_of(fields, keep_secrets=keep_secrets), values
            ),
            errors={error.field: error.key} if error else None,
            description_placeholders={
                "provider": info.name,
                "credentials_url": info.credentials_url,
                **(error.placeholders if error else {}),
            },
        )

    async def _async_check(self, settings: Settings) -> FormError | None:
        """Return what is wrong with an account's settings; asks the provider last."""
        for field, key in self._provider.check_settings(settings).items():
            return FormError(field=field, key=key, placeholders={})
        provider = await async_create_provider(self.hass, self._provider, settings)
        try:
            await provider.verify()
            self._offered = tuple(await provider.hostnames() or ())
        except DdnsError as err:
            return form_error(err, settings)
        return None

    async def _async_finish(
        self, entry: ConfigEntry[Any], settings: Settings
    ) -> ConfigFlowResult:
        """Take new settings over and let the account try again."""
        old_id = self._provider.identity(entry.data[CONF_SETTINGS])
        new_id = self._provider.identity(settings)
        other = self.hass.config_entries.async_entry_for_domain_unique_id(
            DOMAIN, new_id.unique_id
        )
        if other is not None and other.entry_id != entry.entry_id:
            return self.async_abort(reason="already_configured")
        store = self.hass.data[DATA_STORE]
        state = store.account(entry.entry_id).released()
        if not self._provider.same_account(entry.data[CONF_SETTINGS], settings):
            state = state.each(FamilyState.reset)
        await store.async_set_account(entry.entry_id, state)
        return self._update_and_reload(
            entry,
            data={**entry.data, CONF_SETTINGS: dict(settings)},
            title=new_id.title if entry.title == old_id.title else entry.title,
            unique_id=new_id.unique_id,
        )

    def _update_and_reload(
        self, entry: ConfigEntry[Any], **changes: Any
    ) -> ConfigFlowResult:
        """Change an entry; its listener reloads it, if it has one and anything changed."""
        before = (entry.data, entry.options, entry.title, entry.unique_id)
        result = self.async_update_and_abort(entry, **changes)
        after = (entry.data, entry.options, entry.title, entry.unique_id)
        if not entry.update_listeners or before == after:
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return result
