"""Providers as Home Assistant loads and connects them."""

from collections.abc import Mapping

from aiohttp import ClientSession, DummyCookieJar

from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE, __version__ as HA_VERSION
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.loader import async_get_integration
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN, PROJECT_URL
from .core.http import HttpClient
from .core.providers import load_all, load_provider
from .core.providers.base import Provider, Settings

DATA_SESSION: HassKey[ClientSession] = HassKey(f"{DOMAIN}_session")


async def async_load_provider(hass: HomeAssistant, slug: str) -> type[Provider]:
    """Import one provider; raises LookupError when it does not exist (any more)."""
    return await hass.async_add_import_executor_job(load_provider, slug)


async def async_load_providers(hass: HomeAssistant) -> Mapping[str, type[Provider]]:
    """Import all providers, for the form that lists them."""
    return await hass.async_add_import_executor_job(load_all)


async def async_create_provider(
    hass: HomeAssistant, provider: type[Provider], settings: Settings
) -> Provider:
    """Connect a provider to Home Assistant's network session.

    The user agent has the form that No-IP demands: who, program and versions, contact.
    """
    integration = await async_get_integration(hass, DOMAIN)
    user_agent = (
        f"DDNS-Plus HomeAssistant/{HA_VERSION}-{integration.version} {PROJECT_URL}"
    )
    return provider(settings, HttpClient(_session(hass), user_agent=user_agent))


@callback
def _session(hass: HomeAssistant) -> ClientSession:
    """Return the session that all providers share: no account is to get a cookie."""
    if (session := hass.data.get(DATA_SESSION)) is None:
        # not cleaned up with the entry that happens to be set up first
        session = async_create_clientsession(
            hass, auto_cleanup=False, cookie_jar=DummyCookieJar()
        )

        @callback
        def close(_event: Event) -> None:
            session.detach()

        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, close)
        hass.data[DATA_SESSION] = session
    return session
