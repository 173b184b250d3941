"""Timer for one action."""

from collections.abc import Callable
from datetime import datetime, timedelta

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later


class Timer:
    """Runs a callback once after a wait; it does not outlive Home Assistant's stop.

    The wait is of the event loop's clock: setting the system clock changes no wait.
    """

    def __init__(
        self, hass: HomeAssistant, name: str, action: Callable[[], object]
    ) -> None:
        """Initialize without a wait."""
        self._hass = hass
        self._action = action
        self._job = HassJob(self._async_run, name, cancel_on_shutdown=True)
        self._cancel: CALLBACK_TYPE | None = None

    @property
    def is_set(self) -> bool:
        """Return True while the action is to come."""
        return self._cancel is not None

    @callback
    def async_set(self, wait: timedelta | float) -> None:
        """Run the action after a wait, in place of any wait before."""
        self.async_cancel()
        self._cancel = async_call_later(self._hass, wait, self._job)

    @callback
    def async_cancel(self) -> None:
        """Do not run the action."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    @callback
    def _async_run(self, _now: datetime) -> None:
        self._cancel = None
        self._action()
