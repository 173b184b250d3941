"""What happens in Home Assistant, as its frontend learns of it."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Self

import aiohttp

from scripts.demo.home_assistant_api import HomeAssistantApi


class EventStream:
    """The events of some types from now on; `async with` subscribes to them."""

    def __init__(self, home_assistant: HomeAssistantApi, *event_types: str) -> None:
        """Prepare to listen as the user who is signed in."""
        self.events: list[Mapping[str, Any]] = []
        self._home_assistant = home_assistant
        self._event_types = event_types
        self._session = aiohttp.ClientSession()
        self._news = asyncio.Condition()
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Sign in and subscribe."""
        socket = await self._session.ws_connect(
            f"{self._home_assistant.url}/api/websocket"
        )
        await socket.receive_json()
        await socket.send_json(
            {"type": "auth", "access_token": self._home_assistant.token}
        )
        assert (await socket.receive_json())["type"] == "auth_ok"
        for number, event_type in enumerate(self._event_types, start=1):
            subscribe = {"type": "subscribe_events", "event_type": event_type}
            await socket.send_json({"id": number, **subscribe})
            while (answer := await socket.receive_json())["type"] != "result":
                self._keep(answer)
            assert answer["success"], answer
        self._reader = asyncio.create_task(self._read(socket))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up."""
        await self._session.close()
        if self._reader is not None:
            await self._reader

    async def of(
        self,
        event_type: str,
        enough: Callable[[list[Mapping[str, Any]]], object],
        seconds: float = 60,
    ) -> list[Mapping[str, Any]]:
        """Return the data of the events of a type, as soon as they are enough.

        Raises TimeoutError with what came until then.
        """

        def data() -> list[Mapping[str, Any]]:
            return [
                event["data"]
                for event in self.events
                if event["event_type"] == event_type
            ]

        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: enough(data()))
        except TimeoutError:
            raise TimeoutError(f"only these {event_type} came: {data()}") from None
        return data()

    def _keep(self, message: Mapping[str, Any]) -> None:
        """Keep a message that is an event."""
        if message["type"] == "event":
            self.events.append(message["event"])

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Keep what comes, until the connection ends."""
        async for message in socket:
            async with self._news:
                self._keep(message.json())
                self._news.notify_all()
