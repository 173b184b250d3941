"""The demo's dyndns2 service, where a test may step in before an answer goes out."""

from collections.abc import Awaitable, Callable
from typing import override

from aiohttp import web

from scripts.demo.dyndns2_server import Dyndns2Server


class Dyndns2Service(Dyndns2Server):
    """A dyndns2 service; `before_answer` is awaited when an update has been made."""

    before_answer: Callable[[], Awaitable[None]] | None = None

    @override
    async def _update(self, request: web.Request) -> web.Response:
        """Make the update, then answer."""
        response = await super()._update(request)
        if self.before_answer is not None:
            await self.before_answer()
        return response
