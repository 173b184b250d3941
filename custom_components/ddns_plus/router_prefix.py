"""The IPv6 prefix that the router has been given, where it tells: read now and then."""

from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import IPv6Network
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval

from .core.detection import SourceError, UpnpGateway

_INTERVAL = timedelta(minutes=5)


class RouterPrefix:
    """Keeps the prefix known; `on_change` is told of another one."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        upnp: UpnpGateway,
        on_change: Callable[[], None],
    ) -> None:
        """Begin without one; asks nobody."""
        self.prefix: IPv6Network | None = None
        self._hass = hass
        self._entry = entry
        self._upnp = upnp
        self._on_change = on_change
        self._stop: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Read it now, and every five minutes."""
        self._stop = async_track_time_interval(
            self._hass,
            self._async_time_is_up,
            _INTERVAL,
            name=f"{self._entry.title} prefix",
            cancel_on_shutdown=True,
        )
        self.async_read()

    @callback
    def async_stop(self) -> None:
        """Read it no more."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    @callback
    def async_read(self) -> None:
        """Read it, without anybody waiting for it."""
        self._entry.async_create_background_task(
            self._hass, self._async_read(), f"{self._entry.title} prefix"
        )

    @callback
    def _async_time_is_up(self, _now: datetime) -> None:
        self.async_read()

    async def _async_read(self) -> None:
        """Ask the router; one that does not answer has not lost its prefix."""
        try:
            prefix = await self._upnp.ipv6_prefix()
        except SourceError:
            return
        if prefix != self.prefix:
            self.prefix = prefix
            self._on_change()
