"""Choice of the provider: from the list, or by the hostname that it shall update."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import voluptuous as vol
from yarl import URL

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..account.provider import async_find_providers, async_load_providers
from ..const import ALL_PROVIDERS, CONF_PROVIDER, WATCH_ONLY
from ..core.hostname import Hostname, hostnames_in
from ..core.provider import Provider
from ..core.provider_info import ProviderInfo
from ..texts import async_load_texts, option_text
from .account_flow import AccountFlow
from .connection_flow import ConnectionFlow
from .errors import FormError
from .step import known, show_form

# named beside the list, since most people who update hostnames have one of these
_COMMON = ("cloudflare", "duckdns", "dynu", "noip", "strato")
# the list is searched by what it shows, and a line of it has an end
_DOMAINS_SHOWN = 4


class ProviderChoiceFlow(AccountFlow, ConnectionFlow):
    """A flow that begins with the choice of a provider, or of a connection without any."""

    _found: Sequence[ProviderInfo] = ()
    _servers = ""

    async def _async_choose_provider(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Show the list of providers until one is chosen, or a hostname leads to some."""
        providers = await async_load_providers(self.hass)
        watch_only = await _async_text(self.hass, WATCH_ONLY)
        error: FormError | None = None
        if user_input is not None:
            choice = user_input.get(CONF_PROVIDER, "").strip()
            if choice in (WATCH_ONLY, watch_only):
                # the connection is not the discovered router
                await self.async_set_unique_id(None)
                return await self.async_step_connection()
            if (provider := _chosen(providers, choice)) is not None:
                return await self._async_add_account(provider)
            if hostname := _hostname_in(choice):
                if step := await self._async_found(providers, hostname):
                    return await self._async_offer(step)
                error = FormError(
                    field=CONF_PROVIDER,
                    key="no_provider_of_hostname"
                    if self._servers
                    else "no_name_servers",
                    placeholders={
                        "hostname": hostname.unicode,
                        "name_servers": self._servers,
                    },
                )
            else:
                error = FormError(
                    field=CONF_PROVIDER,
                    key="unknown_provider" if choice else "no_provider",
                    placeholders={"value": choice},
                )
        return show_form(
            self,
            step_id,
            # the frontend chooses the first item of what is required
            vol.Schema({vol.Optional(CONF_PROVIDER): _list(providers, watch_only)}),
            user_input,
            error,
            {
                "watch_only": watch_only,
                "common": ", ".join(
                    providers[slug].info.name for slug in _COMMON if slug in providers
                ),
                **self.context.get("title_placeholders", {}),
            },
        )

    async def _async_found(
        self, providers: Mapping[str, type[Provider]], hostname: Hostname
    ) -> str | None:
        """Return the step that offers what a hostname leads to, None if nothing is found."""
        infos = [provider.info for provider in providers.values()]
        self._wanted = hostname
        self._found, servers = await async_find_providers(hostname, infos)
        self._servers = ", ".join(servers)
        if not self._found:
            return None
        return "found_by_name_servers" if servers else "found_by_domain"

    async def async_step_found_by_domain(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Offer the providers that give hostnames below the same domain."""
        return await self._async_offer("found_by_domain", user_input)

    async def async_step_found_by_name_servers(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Offer the providers whose servers hold the zone."""
        return await self._async_offer("found_by_name_servers", user_input)

    async def _async_offer(
        self, step_id: str, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the providers that were found, and the way to the whole list."""
        if user_input is not None:
            slug = user_input[CONF_PROVIDER]
            if slug == ALL_PROVIDERS:
                return await self.async_step_user()
            providers = await async_load_providers(self.hass)
            return await self._async_add_account(providers[slug])
        options = [
            *(
                SelectOptionDict(value=each.slug, label=each.name)
                for each in self._found
            ),
            SelectOptionDict(
                value=ALL_PROVIDERS, label=await _async_text(self.hass, ALL_PROVIDERS)
            ),
        ]
        selector = SelectSelector(
            SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST)
        )
        return show_form(
            self,
            step_id,
            vol.Schema(
                {vol.Required(CONF_PROVIDER, default=self._found[0].slug): selector}
            ),
            user_input,
            None,
            {
                "hostname": known(self._wanted).unicode,
                "name_servers": self._servers,
            },
        )


async def _async_text(hass: HomeAssistant, item: str) -> str:
    """Return an item of a list of providers that is no provider."""
    await async_load_texts(hass)
    return option_text(hass, "provider", item)


def _list(providers: Mapping[str, type[Provider]], last: str) -> SelectSelector:
    """Return the searchable list of providers; brand names need no translation."""
    infos = sorted(
        (provider.info for provider in providers.values()),
        key=lambda info: info.name.casefold(),
    )
    # the frontend only searches lists with custom values: it finds labels, and shows
    # the value that was chosen
    options = [
        SelectOptionDict(value=info.name, label=" – ".join((info.name, *_also(info))))
        for info in infos
    ]
    options.append(SelectOptionDict(value=last, label=last))
    return SelectSelector(
        SelectSelectorConfig(
            options=options, mode=SelectSelectorMode.DROPDOWN, custom_value=True
        )
    )


def _also(info: ProviderInfo) -> Iterable[str]:
    """Return what else a provider is searched by, as one text if there is any."""
    words = dict.fromkeys((*info.aliases, *info.domains[:_DOMAINS_SHOWN]))
    return [", ".join(words)] if words else []


def _chosen(
    providers: Mapping[str, type[Provider]], text: str
) -> type[Provider] | None:
    """Return the provider of a name, slug or website, None if there is none."""
    wanted = text.casefold()
    for slug, provider in providers.items():
        if wanted in (slug, provider.info.name.casefold()):
            return provider
    site = _hostname_in(text)
    of_site = [
        provider
        for provider in providers.values()
        if site
        and (url := provider.info.console_url)
        and Hostname(URL(url).host or "").within(site)
    ]
    return of_site[0] if len(of_site) == 1 else None


def _hostname_in(text: str) -> Hostname | None:
    """Return the one hostname of a text, None if it is something else."""
    try:
        [hostname] = hostnames_in(text)
    except ValueError:
        return None
    return hostname
