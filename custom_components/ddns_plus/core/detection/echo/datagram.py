"""One request and its response over UDP, with retransmission."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import socket
from typing import override

from ...address import Address, Family
from ..local_endpoint import ANYWHERE, LocalEndpoint, open_socket
from ..source import SourceError

# an address takes far less
LARGEST_MESSAGE = 4096


async def exchange[AnswerT](
    request: bytes,
    server: Address,
    port: int,
    read: Callable[[bytes], AnswerT | None],
    *,
    first_wait: timedelta,
    endpoint: LocalEndpoint = ANYWHERE,
) -> AnswerT:
    """Return the result of `read` for the response to a request.

    The request is repeated after `first_wait`, then after twice as long each time.
    `read` returns None for a datagram that is no response, and may raise SourceError.
    Only datagrams of the server are read. The caller sets the time limit. Raises
    OSError if the request cannot be sent, or is refused (ICMP).
    """
    loop = asyncio.get_running_loop()
    opened = open_socket(Family.of(server), socket.SOCK_DGRAM, endpoint)
    try:
        # the kernel then drops datagrams of others, and reports ICMP errors
        opened.connect((str(server), port))
        transport, protocol = await loop.create_datagram_endpoint(
            lambda: _Exchange(read), sock=opened
        )
    except BaseException:
        opened.close()
        raise
    wait = first_wait
    try:
        while not protocol.answer.done():
            transport.sendto(request)
            await asyncio.wait([protocol.answer], timeout=wait.total_seconds())
            wait *= 2
        return protocol.answer.result()
    finally:
        protocol.answer.cancel()
        transport.abort()


class _Exchange[AnswerT](asyncio.DatagramProtocol):
    """Waits for the first response or error."""

    def __init__(self, read: Callable[[bytes], AnswerT | None]) -> None:
        """Initialize the future of the response."""
        self._read = read
        self.answer: asyncio.Future[AnswerT] = (
            asyncio.get_running_loop().create_future()
        )
        # Mark the exception as retrieved if the waiter was cancelled.
        self.answer.add_done_callback(lambda done: done.cancelled() or done.exception())

    @override
    def datagram_received(self, data: bytes, addr: object) -> None:
        """Handle a datagram; ignore all but the response."""
        if self.answer.done() or len(data) > LARGEST_MESSAGE:
            return
        try:
            answer = self._read(data)
        except SourceError as err:
            self.answer.set_exception(err)
        else:
            if answer is not None:
                self.answer.set_result(answer)

    @override
    def error_received(self, exc: Exception) -> None:
        """Handle a network error."""
        if not self.answer.done():
            self.answer.set_exception(exc)
