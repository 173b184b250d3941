"""IPv6 prefix and address of the router, as far as the router reports them."""

from collections.abc import Callable
from datetime import datetime, timedelta

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ..core.detection.router.upnp import UpnpGateway
from ..core.detection.source import SourceError
from ..core.observation import RouterIPv6
from ..entries import DdnsConfigEntry
from ..timer import Timer

_INTERVAL = timedelta(minutes=5)
# a reconnected line gets its IPv4 address first
_LATER = timedelta(seconds=20)


class RouterIPv6Watch:
    """Reads the router's IPv6 prefix and address; `on_change` reports changes."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: DdnsConfigEntry,
        upnp: UpnpGateway,
        on_change: Callable[[], None],
    ) -> None:
        """Initialize without a known prefix or address."""
        self.known = RouterIPv6()
        self._hass = hass
        self._entry = entry
        self._upnp = upnp
        self._on_change = on_change
        # numbers of the latest reading, and of the one that is known
        self._begun = self._counted = 0
        self._stop: CALLBACK_TYPE | None = None
        self._later = Timer(hass, f"{entry.title} router", self._async_read_soon)

    @callback
    def async_start(self) -> None:
        """Read now, and every five minutes."""
        self._stop = async_track_time_interval(
            self._hass,
            self._async_time_is_up,
            _INTERVAL,
            name=f"{self._entry.title} router",
            cancel_on_shutdown=True,
        )
        self._async_read_soon()

    @callback
    def async_stop(self) -> None:
        """Stop reading."""
        self._later.async_cancel()
        if self._stop is not None:
            self._stop()
            self._stop = None

    @callback
    def async_read(self) -> None:
        """Read now and again after 20 s, if started."""
        if self._stop is None:
            return
        self._async_read_soon()
        if not self._later.is_set:
            self._later.async_set(_LATER)

    @callback
    def _async_time_is_up(self, _now: datetime) -> None:
        self._async_read_soon()

    @callback
    def _async_read_soon(self) -> None:
        """Read in the background."""
        self._entry.async_create_background_task(
            self._hass, self._async_read(), f"{self._entry.title} router"
        )

    async def _async_read(self) -> None:
        """Read from the router; keep the known values if it does not answer.

        Of two readings at the same time the one that began later counts.
        """
        self._begun += 1
        number = self._begun
        try:
            prefix = await self._upnp.ipv6_prefix()
            address = await self._upnp.ipv6_address()
        except SourceError:
            return
        if number < self._counted:
            return
        self._counted = number
        before = self.known
        self.known = RouterIPv6(
            prefix=prefix, address=address, read_at=dt_util.utcnow()
        )
        if (prefix, address) != (before.prefix, before.address):
            self._on_change()
