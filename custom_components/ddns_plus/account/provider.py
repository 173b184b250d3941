"""Loading a provider, connecting it to the network, and calling it."""

from collections.abc import Coroutine, Mapping, Sequence
from functools import partial
from socket import AddressFamily
import traceback
from typing import Any, override

from aiohttp import ClientSession, DummyCookieJar
from aiohttp.abc import AbstractResolver, ResolveResult

from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE, __version__ as HA_VERSION
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import (
    HomeAssistantTCPConnector,
    async_get_clientsession,
)
from homeassistant.loader import async_get_integration
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.ssl import get_default_context

from ..const import DOMAIN, LOGGER, PROJECT_URL
from ..core.errors import DdnsError, UnexpectedResponse
from ..core.hostname import Hostname
from ..core.net.dns import name_servers
from ..core.net.http import HttpClient
from ..core.net.http_session import pinned_connector, shared_connector
from ..core.provider import Provider
from ..core.provider_info import ProviderInfo, Result, Settings, Update
from ..core.provider_search import by_domain, by_name_servers
from ..core.providers import load_all, load_provider

DATA_SESSION: HassKey[ClientSession] = HassKey(f"{DOMAIN}_session")


async def async_load_provider(hass: HomeAssistant, slug: str) -> type[Provider]:
    """Import one provider; raises LookupError if it does not exist."""
    return await hass.async_add_import_executor_job(load_provider, slug)


async def async_load_providers(hass: HomeAssistant) -> Mapping[str, type[Provider]]:
    """Import all providers, for the form that lists them."""
    return await hass.async_add_import_executor_job(load_all)


async def async_find_providers(
    hostname: Hostname, infos: Sequence[ProviderInfo]
) -> tuple[Sequence[ProviderInfo], Sequence[str]]:
    """Return the providers that a hostname leads to, and the name servers if asked for.

    The name servers of its zone are looked up only where its ending leads to no provider.
    """
    if found := by_domain(hostname, infos):
        return found, ()
    servers = sorted(await name_servers(hostname))
    return by_name_servers(servers, infos), servers


async def async_create_provider(
    hass: HomeAssistant, provider: type[Provider], settings: Settings
) -> Provider:
    """Connect a provider to Home Assistant's network session.

    The user agent has the form that No-IP demands: program, versions and contact.
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
    """Publish updates; any error is the result of all of them."""

    async def publish() -> Sequence[Result]:
        provider.learn_secrets(updates)
        results = await provider.publish(updates)
        if len(results) != len(updates):
            raise ValueError("not one result for each update")
        return results

    results = await async_ask(provider, publish())
    return [results] * len(updates) if isinstance(results, DdnsError) else results


async def async_ask[AnswerT](
    provider: Provider, question: Coroutine[Any, Any, AnswerT]
) -> AnswerT | DdnsError:
    """Return a provider's answer, or the error instead of raising it."""
    try:
        with provider.redacting():
            return await question
    except DdnsError as err:
        return err
    except Exception as err:  # noqa: BLE001 - a provider's fault is not the account's end
        # the update may have been sent before
        return UnexpectedResponse("internal_error", fault_in(err), maybe_applied=True)


async def async_offered(provider: Provider) -> Sequence[Hostname]:
    """Return the hostnames or zones that an account lists, none if it cannot."""
    offered = await async_ask(provider, provider.hostnames())
    if isinstance(offered, DdnsError):
        LOGGER.debug("%s does not list its hostnames: %s", provider.info.name, offered)
        return ()
    return tuple(offered or ())


def fault_in(err: Exception) -> str:
    """Return the kind of an unexpected exception, and where it was raised.

    Its text and trace-back may hold secrets.
    """
    *_, (frame, line) = traceback.walk_tb(err.__traceback__)
    return f"{type(err).__name__} in {frame.f_code.co_name}:{line}"


@callback
def _session(hass: HomeAssistant) -> ClientSession:
    """Return the session that all providers share, without cookies.

    Home Assistant's own session keeps connections that a new address has cut.
    """
    if (session := hass.data.get(DATA_SESSION)) is None:
        session = ClientSession(
            connector=shared_connector(_Resolver(hass), get_default_context()),
            cookie_jar=DummyCookieJar(),
            trust_env=False,
        )

        async def close(_event: Event) -> None:
            await session.close()

        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, close)
        hass.data[DATA_SESSION] = session
    return session


class _Resolver(AbstractResolver):
    """Resolves names as Home Assistant does, including local ones."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize with Home Assistant's resolver."""
        self._hass = hass

    @override
    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a host, of both families."""
        connector = async_get_clientsession(self._hass).connector
        assert isinstance(connector, HomeAssistantTCPConnector)
        found = await connector.async_resolve_host(host)
        return [ResolveResult({**result, "port": port}) for result in found]

    @override
    async def close(self) -> None:
        """Do nothing: the resolver belongs to Home Assistant."""
