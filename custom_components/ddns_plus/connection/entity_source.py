"""A Home Assistant entity as a source."""

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import CoreState, HomeAssistant, State
from homeassistant.helpers import entity_registry as er

from ..core.address import Address, Family, parse_address
from ..core.detection.source import (
    ENTITY,
    UNKNOWN_OPERATOR,
    FailureReason,
    SourceError,
    SourceFailure,
    Transport,
    check_answer,
)
from ..core.local_endpoint import ANYWHERE, LocalEndpoint
from ..core.observation import ROUTER
from .options import EntitySetting

# Integrations with sensors of the router: these and the router's own protocols have one
# vote together.
_OF_THE_ROUTER = frozenset(
    {"fritz", "google_wifi", "huawei_lte", "upnp", "vodafone_station"}
)
# Integrations that ask a public service over plain DNS, and its operator.
_OF_OUTSIDE = {"dnsip": "cisco"}
# Integrations whose entities hold what any service on the internet or a script
# has told: the operator is unknown. So is that of a sensor without an entry in the
# registry, as of YAML. A text helper is the user's own word.
_OF_ANYBODY = frozenset(
    {
        "appdaemon",
        "command_line",
        "fastdotcom",
        "feedreader",
        "file",
        "group",
        "imap",
        "mqtt",
        "multiscrape",
        "nodered",
        "pyscript",
        "python_script",
        "rest",
        "scrape",
        "sensor",
        "speedtestdotnet",
        "sql",
        "template",
        "var",
        "webhook",
    }
)
_NOTHING = frozenset({STATE_UNAVAILABLE, STATE_UNKNOWN, "None"})
# seconds without a state until an entity is gone: reloading takes less
_PATIENCE = 60


class EntitySource:
    """An entity whose state or attribute is the address."""

    def __init__(self, hass: HomeAssistant, setting: EntitySetting) -> None:
        """Initialize with the operator behind the entity."""
        platform = _platform(hass, setting.entity_id)
        self.key = setting.entity_id
        self.operator, self.transport = _operator(platform)
        self._hass = hass
        self._setting = setting
        self._missing_since: float | None = None

    async def ask(self, family: Family, endpoint: LocalEndpoint = ANYWHERE) -> Address:
        """Return the address in the entity's current state. Raises SourceError."""
        state = self._hass.states.get(self._setting.entity_id)
        text = told_by(state, self._setting)
        if self._is_gone(state):
            raise SourceError(FailureReason.GONE)
        if not text:
            raise SourceError(FailureReason.NO_ADDRESS)
        try:
            address = parse_address(text)
        except ValueError:
            failure = SourceFailure(FailureReason.NOT_AN_ADDRESS)
            raise SourceError(failure) from None
        check_answer(address, family)
        return address

    def _is_gone(self, state: State | None) -> bool:
        """Return True if the entity has been missing, or disabled, for a while.

        While Home Assistant starts, an entity may come later.
        """
        if state is not None or self._hass.state is not CoreState.running:
            self._missing_since = None
            return False
        now = self._hass.loop.time()
        if self._missing_since is None:
            self._missing_since = now
        return now - self._missing_since >= _PATIENCE


def is_of_router(hass: HomeAssistant, entity_id: str) -> bool:
    """Return True if an entity belongs to an integration of the router."""
    return _platform(hass, entity_id) in _OF_THE_ROUTER


def _platform(hass: HomeAssistant, entity_id: str) -> str:
    """Return the integration of an entity, or its domain if unregistered."""
    entry = er.async_get(hass).async_get(entity_id)
    return entry.platform if entry else entity_id.partition(".")[0]


def _operator(platform: str) -> tuple[str, Transport]:
    """Return the operator of an integration's entities, and how its answers travel."""
    if platform in _OF_THE_ROUTER:
        return ROUTER, Transport.LAN
    if platform in _OF_ANYBODY:
        return UNKNOWN_OPERATOR, Transport.PLAIN
    if platform in _OF_OUTSIDE:
        return _OF_OUTSIDE[platform], Transport.PLAIN
    return f"{ENTITY}{platform}", Transport.LAN


def told_by(state: State | None, setting: EntitySetting) -> str:
    """Return the address text in a state, "" without one."""
    if state is None:
        return ""
    if setting.attribute is None:
        text = state.state
    else:
        text = str(state.attributes.get(setting.attribute, ""))
    return "" if text in _NOTHING else text
