"""An entity of Home Assistant as a source: a router's sensor, or what the user computes."""

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .connection_options import EntitySetting
from .core.address import Address, Family, parse_address
from .core.detection import (
    ANYWHERE,
    ROUTER,
    FailureReason,
    Origin,
    SourceError,
    SourceFailure,
    Transport,
    check_answer,
)

# Integrations whose sensors tell what the router says: they and the router's own protocols
# have one vote together.
_OF_THE_ROUTER = frozenset(
    {"fritz", "google_wifi", "huawei_lte", "upnp", "vodafone_station"}
)
# Integrations that ask somebody outside, over plain DNS: the operator that they ask.
_OF_OUTSIDE = {"dnsip": "cisco"}
_NOT_AN_ADDRESS = frozenset({STATE_UNAVAILABLE, STATE_UNKNOWN, "", "None"})


class EntitySource:
    """Tells the address that an entity shows."""

    def __init__(self, hass: HomeAssistant, setting: EntitySetting) -> None:
        """Find out who speaks through the entity."""
        entry = er.async_get(hass).async_get(setting.entity_id)
        platform = entry.platform if entry else setting.entity_id.partition(".")[0]
        self.key = setting.entity_id
        self.operator = (
            ROUTER
            if platform in _OF_THE_ROUTER
            else _OF_OUTSIDE.get(platform, f"entity:{platform}")
        )
        self.transport = Transport.PLAIN if platform in _OF_OUTSIDE else Transport.LAN
        self._hass = hass
        self._setting = setting

    async def ask(self, family: Family, origin: Origin = ANYWHERE) -> Address:
        """Return the address that the entity shows now. Raises SourceError."""
        text = self._text()
        if text in _NOT_AN_ADDRESS:
            raise SourceError(SourceFailure(reason=FailureReason.NO_ADDRESS))
        try:
            address = parse_address(text)
        except ValueError:
            failure = SourceFailure(reason=FailureReason.NOT_AN_ADDRESS)
            raise SourceError(failure) from None
        check_answer(address, family)
        return address

    def _text(self) -> str:
        """Return what the entity shows, "" if there is no such entity or attribute."""
        state = self._hass.states.get(self._setting.entity_id)
        if state is None:
            return ""
        if self._setting.attribute is None:
            return state.state
        return str(state.attributes.get(self._setting.attribute, ""))
