"""Description of a discovered router, as untrusted as any message of the LAN."""

from yarl import URL

from homeassistant.config_entries import SOURCE_SSDP, ConfigFlow
from homeassistant.helpers.service_info.ssdp import (
    ATTR_UPNP_FRIENDLY_NAME,
    ATTR_UPNP_MODEL_NAME,
    ATTR_UPNP_UDN,
    SsdpServiceInfo,
)

from ..const import DOMAIN

_LONGEST_IDENTITY = 128
_LONGEST_NAME = 40
_NAMELESS = "UPnP"


def router_identity(info: SsdpServiceInfo) -> str | None:
    """Return the unique id of a router, None if it reports no usable one."""
    for identity in (info.ssdp_udn, info.upnp.get(ATTR_UPNP_UDN)):
        if (
            isinstance(identity, str)
            and identity.strip()
            and identity.isprintable()
            and len(identity) <= _LONGEST_IDENTITY
        ):
            return identity
    return None


def router_name(info: SsdpServiceInfo) -> str:
    """Return a router's name for people, else its host."""
    for name in (
        info.upnp.get(ATTR_UPNP_FRIENDLY_NAME),
        info.upnp.get(ATTR_UPNP_MODEL_NAME),
        _host(info.ssdp_location),
    ):
        if not isinstance(name, str):
            continue
        # a long text is cut before its words are split
        text = " ".join(name[: 4 * _LONGEST_NAME].split())
        text = "".join(filter(str.isprintable, text))
        if text:
            is_short = len(text) <= _LONGEST_NAME
            return text if is_short else f"{text[: _LONGEST_NAME - 1]}…"
    return _NAMELESS


def offers_besides(flow: ConfigFlow) -> list[str]:
    """Return the ids of other flows that offer a discovered router."""
    flows = flow.hass.config_entries.flow.async_progress_by_handler(
        DOMAIN, include_uninitialized=True, match_context={"source": SOURCE_SSDP}
    )
    return [item["flow_id"] for item in flows if item["flow_id"] != flow.flow_id]


def withdraw_offers_besides(flow: ConfigFlow) -> None:
    """Abort other offers, because this flow sets up the integration."""
    for flow_id in offers_besides(flow):
        flow.hass.config_entries.flow.async_abort(flow_id)


def _host(location: str | None) -> str | None:
    try:
        return URL(location or "").host
    except ValueError:
        return None
