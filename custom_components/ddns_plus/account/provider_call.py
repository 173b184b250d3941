"""ProviderCall: a call of the provider, which does not hold up a newer address for long."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant, callback

from ..core.address import Address
from ..core.engine.round import Key
from ..core.provider_info import Limits

# The answer to what was sent through a line that has another address by now rarely comes.
# Most providers answer within a second, so that one that still can come has come by then.
_LAST_WAIT = timedelta(seconds=2)


class OvertakenError(Exception):
    """The address changed while the provider was asked, and it did not answer soon."""


class ProviderCall:
    """The call that an account is waiting for; `addresses` tells what it shall publish."""

    def __init__(
        self,
        hass: HomeAssistant,
        limits: Limits,
        addresses: Callable[[], Mapping[Key, Address]],
    ) -> None:
        """Begin with no call."""
        self._hass = hass
        # a provider that is to be left alone after a call is waited for: it would take
        # the newer address no sooner
        self._gives_way = not limits.minimum_interval
        self._addresses = addresses
        self._known: Mapping[Key, Address] = {}
        self._limit: asyncio.Timeout | None = None

    async def async_wait[AnswerT](
        self, question: Coroutine[Any, Any, AnswerT], known: Mapping[Key, Address]
    ) -> AnswerT:
        """Return the answer to a question that is about the addresses known before.

        Raises OvertakenError when it has not come soon after one of them changed.
        """
        self._known = known
        try:
            async with asyncio.timeout(None) as self._limit:
                self.async_overtake()
                return await question
        except TimeoutError:
            raise OvertakenError from None
        finally:
            self._limit = None

    @callback
    def async_overtake(self) -> None:
        """Wait no more than a moment longer if an address is another one by now.

        One that was not known, or is not any more, says nothing of the line.
        """
        if self._limit is None or self._limit.when() is not None or not self._gives_way:
            return
        now_known = self._addresses()
        if any(now_known.get(key, old) != old for key, old in self._known.items()):
            self._limit.reschedule(self._hass.loop.time() + _LAST_WAIT.total_seconds())
