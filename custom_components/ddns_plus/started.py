"""What waits until Home Assistant has started, so that automations hear of it."""

from collections.abc import Callable

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.start import async_at_started


@callback
def async_once_started(hass: HomeAssistant, tell: Callable[[], None]) -> CALLBACK_TYPE:
    """Call `tell` now, or once Home Assistant has started; returns what cancels that.

    Automations are armed just before that moment. What was told earlier, after a power
    cut for example, was heard by none of them.
    """

    @callback
    def started(_hass: HomeAssistant) -> None:
        tell()

    return async_at_started(hass, started)
