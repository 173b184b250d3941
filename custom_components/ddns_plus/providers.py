"""Providers as Home Assistant loads and connects them."""

from collections.abc import Coroutine, Mapping, Sequence
from functools import partial
import traceback
from typing import Any

from aiohttp import ClientSession, DummyCookieJar

from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE, __version__ as HA_VERSION
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.loader import async_get_integration
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.ssl import get_default_context

from .const import DOMAIN, PROJECT_URL
from .core.errors import DdnsError, UnexpectedResponse
from .core.http import HttpClient
from .core.http_session import pinned_connector
from .core.providers import load_all, load_provider
from .core.providers.base import Provider, Result, Settings, Update

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
    http = HttpClient(
        _session(hass),
        user_agent=user_agent,
        connectors=partial(pinned_connector, ssl_context=get_default_context()),
    )
    return provider(settings, http)


async def async_send(provider: Provider, updates: Sequence[Update]) -> Sequence[Result]:
    """Have a provider publish updates; whatever goes wrong is their result."""

    async def publish() -> Sequence[Result]:
        results = await provider.publish(updates)
        if len(results) != len(updates):
            raise ValueError("not one result for each update")
        return results

    results = await async_ask(publish())
    return [results] * len(updates) if isinstance(results, DdnsError) else results


async def async_ask[AnswerT](
    question: Coroutine[Any, Any, AnswerT],
) -> AnswerT | DdnsError:
    """Return a provider's answer; whatever goes wrong is one, too."""
    try:
        return await question
    except DdnsError as err:
        return err
    except Exception as err:  # noqa: BLE001 - a provider's fault is not the account's end
        # it may have happened after the update was sent
        return UnexpectedResponse("internal_error", fault_in(err), maybe_applied=True)


def fault_in(err: Exception) -> str:
    """Return what went wrong inside a provider, and where: kind, function and line.

    Neither the text nor the trace-back of an exception that we know nothing of is free
    of secrets.
    """
    *_, (frame, line) = traceback.walk_tb(err.__traceback__)
    return f"{type(err).__name__} in {frame.f_code.co_name}:{line}"


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
