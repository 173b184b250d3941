"""Provider call that a newer address may cut short."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant, callback

from ..core.address import Address
from ..core.engine.round import RecordKey
from ..core.provider_info import Limits

# A request sent before the address changed rarely gets its answer. Most providers answer
# within a second: an answer that still can come has come by then.
_LAST_WAIT = timedelta(seconds=2)


class AddressChangedError(Exception):
    """The address changed during a call, and the provider did not answer soon."""


class InterruptibleCall:
    """The call that an account waits for; `addresses` returns what it is to publish."""

    def __init__(
        self,
        hass: HomeAssistant,
        limits: Limits,
        addresses: Callable[[], Mapping[RecordKey, Address]],
    ) -> None:
        """Initialize without a call."""
        self._hass = hass
        # a provider with a minimum interval would not take the newer address any sooner
        self._can_be_cut_short = not limits.minimum_interval
        self._addresses = addresses
        self._known: Mapping[RecordKey, Address] = {}
        self._limit: asyncio.Timeout | None = None

    async def async_wait[AnswerT](
        self, question: Coroutine[Any, Any, AnswerT], known: Mapping[RecordKey, Address]
    ) -> AnswerT:
        """Return the answer to a question about the addresses in `known`.

        Raises AddressChangedError if one of them changed and no answer came soon after.
        """
        self._known = known
        try:
            async with asyncio.timeout(None) as self._limit:
                self.async_check_addresses()
                return await question
        except TimeoutError:
            raise AddressChangedError from None
        finally:
            self._limit = None

    @callback
    def async_check_addresses(self) -> None:
        """Give a call two more seconds if an address has changed since.

        An address that appeared or vanished is not evidence of a new line.
        """
        if self._limit is None or self._limit.when() is not None:
            return
        current = self._addresses() if self._can_be_cut_short else {}
        if any(current.get(key, old) != old for key, old in self._known.items()):
            self._limit.reschedule(self._hass.loop.time() + _LAST_WAIT.total_seconds())
