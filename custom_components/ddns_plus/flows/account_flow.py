"""Steps of the flow that adds and changes provider accounts."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentry,
    ConfigSubentryDataWithId,
    UnknownEntry,
)

from ..account.failures import cause_texts
from ..account.first_update import (
    FirstUpdate,
    async_tell_first_update,
    keep_first_update,
)
from ..account.provider import async_load_provider, async_offered
from ..account.settings_change import async_changing, changed_account
from ..const import (
    CONF_HOSTNAME,
    CONF_KIND,
    CONF_PROVIDER,
    CONF_SETTINGS,
    DOMAIN,
    EntryKind,
)
from ..core.address import Address, Family
from ..core.engine.state import AccountState
from ..core.errors import InvalidCredentials, InvalidField
from ..core.hostname import Hostname
from ..core.provider import Provider
from ..core.provider_info import Identity
from ..entries import DdnsConfigEntry
from .account_form import AccountDraft, AccountForm
from .account_trial import TrialAnswer, TrialForm, async_present_addresses
from .discovered_router import withdraw_offers_besides
from .errors import InvalidFormError, form_error
from .first_update import (
    async_update_of_entry,
    async_update_of_new,
    is_worth_an_update,
    new_subentries,
    stored_state,
)
from .hostname_checks import check_hostnames, check_zone
from .hostname_form import HostnameForm
from .step import known, present_entry


class AccountFlow(ConfigFlow):
    """A flow with the forms of an account."""

    _form: AccountForm | None = None
    _draft: AccountDraft | None = None
    _tried: Mapping[str, Any] | None = None
    _answer: TrialAnswer | None = None
    _typed_hostnames: Mapping[str, Any] | None = None
    # the hostname that led to the provider
    _wanted: Hostname | None = None
    # the hostnames of a new account by the ids of their subentries
    _new: Mapping[str, ConfigSubentry] = MappingProxyType({})
    _first: FirstUpdate | None = None
    _untried = False
    _addresses: Mapping[Family, Address] = MappingProxyType({})

    async def _async_add_account(self, provider: type[Provider]) -> ConfigFlowResult:
        """Start a new account at the provider chosen."""
        self._form = AccountForm(hass=self.hass, provider=provider)
        # where each hostname has credentials of its own, there is nothing to fill in
        return await self.async_step_account(None if provider.info.fields else {})

    async def async_step_account(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Read the settings of a new account and check them."""
        return await self._async_read_account(known(self._form), user_input)

    async def _async_change_account(
        self, entry: DdnsConfigEntry, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Read the settings of an existing account and check them."""
        slug = entry.data[CONF_PROVIDER]
        try:
            provider = await async_load_provider(self.hass, slug)
        except LookupError:
            return self.async_abort(
                reason="unknown_provider", description_placeholders={"provider": slug}
            )
        if not provider.info.fields:
            return self.async_abort(
                reason="nothing_to_set",
                description_placeholders={"provider": provider.info.name},
            )
        form = AccountForm(
            hass=self.hass,
            provider=provider,
            stored=entry.data[CONF_SETTINGS],
            credentials_only=self.source == SOURCE_REAUTH,
        )
        return await self._async_read_account(form, user_input)

    async def _async_read_account(
        self, form: AccountForm, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Show the form until its values are accepted, then go to the next step."""
        if user_input is None:
            return await form.async_show(self)
        is_new = form.stored is None
        try:
            settings = form.read(user_input)
            if not is_new:
                check_zone(self._changed_entry, settings)
            if is_new:
                # an unfinished flow for the same account must not block this one
                await self.async_set_unique_id(
                    form.provider.identity(settings).unique_id, raise_on_progress=False
                )
                self._abort_if_unique_id_configured()
            elif self._is_of_other_entry(form.provider.identity(settings)):
                return self.async_abort(reason="already_configured")
            connected = await form.async_verified(settings)
        except InvalidFormError as err:
            return await form.async_show(self, user_input, err.shown)
        self._draft = AccountDraft(
            form=form,
            typed=user_input,
            settings=settings,
            connected=connected,
            offered=await async_offered(connected) if is_new else (),
        )
        if connected.info.tries_in_flow and not form.credentials_only:
            return await self.async_step_try_account()
        if is_new:
            return await self.async_step_hostnames()
        if connected.verifies:
            return await self.async_step_save_account()
        return await self.async_step_try_again()

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Start after the provider refused the credentials."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Read new credentials and check them."""
        return await self._async_change_account(self._changed_entry, user_input)

    async def async_step_try_account(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Offer a trial of the settings."""
        next_step = known(self._draft).next_step
        return self.async_show_menu(
            step_id="try_account", menu_options=["trial", next_step, "change_settings"]
        )

    async def async_step_trial(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Read a hostname and its addresses, and send that one update."""
        draft = known(self._draft)
        self._addresses = await async_present_addresses(self.hass, self._addresses)
        form = TrialForm(self.hass, draft.connected, self._addresses)
        if user_input is None:
            return form.show(self, self._tried)
        self._tried = user_input
        try:
            self._answer = await form.async_send(user_input)
        except InvalidFormError as err:
            return form.show(self, user_input, err.shown)
        if self._answer is None:
            return form.show(self, user_input)
        if self._answer.error is None:
            return await self.async_step_trial_succeeded()
        return await self.async_step_trial_failed()

    async def async_step_trial_succeeded(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the answer to a successful update."""
        next_step = known(self._draft).next_step
        return self.async_show_menu(
            step_id="trial_succeeded",
            menu_options=[next_step, "trial", "change_settings"],
            description_placeholders=known(self._answer).placeholders(self.hass),
        )

    async def async_step_trial_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the answer to a failed update, and the error."""
        next_step = known(self._draft).next_step
        return self.async_show_menu(
            step_id="trial_failed",
            menu_options=["change_settings", "trial", next_step],
            description_placeholders=known(self._answer).placeholders(self.hass),
        )

    async def async_step_change_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the form of the account again, with the values typed."""
        draft = known(self._draft)
        return await draft.form.async_show(self, draft.typed)

    async def async_step_hostnames(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Read one or more hostnames, and create the account."""
        draft = known(self._draft)
        form = self._hostname_form(draft)
        if user_input is None:
            return form.show(self, self._typed_hostnames)
        self._typed_hostnames = user_input
        try:
            hostnames = form.read(user_input)
            check_hostnames(form, hostnames)
        except InvalidFormError as err:
            return form.show(self, user_input, err.shown)
        self._abort_if_unique_id_configured()
        self._new = new_subentries(hostnames)
        if draft.connected.verifies or draft.connected.info.tries_in_flow:
            return await self.async_step_create_account()
        return await self.async_step_try_again()

    @property
    def _known_hostname(self) -> str:
        """Return the hostname of a successful trial, or the one that led to the provider."""
        if self._tried and self._answer and self._answer.error is None:
            return str(self._tried[CONF_HOSTNAME])
        return self._wanted.unicode if self._wanted else ""

    def _hostname_form(self, draft: AccountDraft) -> HostnameForm:
        """Return the form for the hostnames of a new account."""
        return HostnameForm(
            hass=self.hass,
            provider=draft.form.provider,
            connected=draft.connected,
            offered=draft.offered,
            known=self._known_hostname,
        )

    async def async_step_try_again(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Send one update with what was typed, and show the answer if it is an error."""
        draft = known(self._draft)
        self._first, self._untried = None, False
        if draft.form.stored is None:
            self._first = await async_update_of_new(
                self.hass, draft.connected, self._new
            )
        elif is_worth_an_update(self.hass, self._changed_entry, draft):
            self._first = await async_update_of_entry(
                self.hass, self._changed_entry, draft
            )
            self._untried = self._first is None
        if self._first is None or (error := self._first.error) is None:
            if draft.form.stored is None:
                return await self.async_step_create_account()
            return await self.async_step_save_account()
        fields = {field.key: field for field in draft.form.fields}
        shown = form_error(self.hass, error, fields)
        if isinstance(error, InvalidCredentials) or shown.field in fields:
            return await draft.form.async_show(self, draft.typed, shown)
        if isinstance(error, InvalidField) and draft.form.stored is None:
            form = self._hostname_form(draft)
            if error.field in form.field_keys:
                shown = replace(shown, field=error.field)
                return form.show(self, self._typed_hostnames, shown)
        return await self.async_step_update_failed()

    async def async_step_update_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show why an update failed that does not prove the credentials wrong."""
        draft, first = known(self._draft), known(self._first)
        ways = ["change_settings"] if draft.form.fields else []
        ways += (
            ["hostnames", "try_again", "create_account"]
            if draft.form.stored is None
            else ["try_again", "save_account"]
        )
        return self.async_show_menu(
            step_id="update_failed",
            menu_options=ways,
            description_placeholders={
                "provider": draft.connected.info.name,
                **self._sent(first),
                **cause_texts(self.hass, known(first.error)),
            },
        )

    @staticmethod
    def _sent(first: FirstUpdate) -> dict[str, str]:
        """Return the placeholders of texts about an update."""
        return {
            "hostname": first.managed.hostname.unicode,
            "addresses": first.addresses,
        }

    async def async_step_create_account(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Create the account with its hostnames, and what is known of its first update."""
        # another flow may have created the account by now
        self._abort_if_unique_id_configured()
        withdraw_offers_besides(self)
        draft, first = known(self._draft), self._first
        provider = draft.form.provider
        if first is not None:
            keep_first_update(self.hass, known(self.unique_id), first)
        taken = first is not None and first.error is None
        return self.async_create_entry(
            title=provider.identity(draft.settings).title,
            description="updated" if taken else None,
            description_placeholders={
                "provider": draft.connected.info.name,
                **(self._sent(first) if first else {}),
            },
            data={
                CONF_KIND: EntryKind.ACCOUNT.value,
                CONF_PROVIDER: provider.info.slug,
                CONF_SETTINGS: dict(draft.settings),
            },
            subentries=[
                ConfigSubentryDataWithId(**subentry.as_dict())
                for subentry in self._new.values()
            ],
        )

    async def async_step_save_account(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Save the settings of an existing account, and reload it."""
        draft, entry, first = known(self._draft), self._changed_entry, self._first
        provider, stored = draft.form.provider, entry.data[CONF_SETTINGS]
        old, new = provider.identity(stored), provider.identity(draft.settings)

        def change(state: AccountState) -> AccountState:
            changed = changed_account(state, provider, stored, draft.settings)
            return changed if first is None else first.recorded(changed)

        changes: dict[str, Any] = {
            "data": {**entry.data, CONF_SETTINGS: dict(draft.settings)},
            "title": new.title if entry.title == old.title else entry.title,
            "unique_id": new.unique_id,
        }
        same = all(getattr(entry, name) == value for name, value in changes.items())
        if first is not None:
            # while its entities can be told
            before = stored_state(self.hass, entry)
            after = change(before)
            await async_tell_first_update(self.hass, entry, first, before, after)
        try:
            async with async_changing(self.hass, entry, change, same=same):
                if self._is_of_other_entry(new):
                    return self.async_abort(reason="already_configured")
                saved = self.async_update_and_abort(entry, **changes)
        except UnknownEntry:
            return self.async_abort(reason="entry_gone")
        texts = {"provider": draft.connected.info.name}
        if self._untried:
            return self.async_abort(
                reason="saved_untried", description_placeholders=texts
            )
        if first is None or first.error is not None:
            return saved
        texts |= self._sent(first)
        return self.async_abort(
            reason="update_succeeded", description_placeholders=texts
        )

    def _is_of_other_entry(self, identity: Identity) -> bool:
        """Return True if another entry stands for an account."""
        other = self.hass.config_entries.async_entry_for_domain_unique_id(
            DOMAIN, identity.unique_id
        )
        return other is not None and other.entry_id != self._changed_entry.entry_id

    @property
    def _changed_entry(self) -> DdnsConfigEntry:
        """Return the account that is changed."""
        return present_entry(self, self.context["entry_id"])
