"""One question and its answer over UDP, asked again for as long as nobody answers."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import socket
from typing import override

from ...address import Address, Family
from ..local_endpoint import ANYWHERE, LocalEndpoint, open_socket
from ..source import SourceError

# an address is told in far less
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
    """Return what `read` makes of the answer to a request.

    The request is sent again after the first wait, and each wait is twice the one
    before. `read` returns None for what is no answer to it, and may raise SourceError.
    Only datagrams of the very server are read. Has no time limit of its own: to be
    cancelled by the caller's. Raises OSError when it cannot be sent, or is refused (ICMP).
    """
    loop = asyncio.get_running_loop()
    opened = open_socket(Family.of(server), socket.SOCK_DGRAM, endpoint)
    try:
        # the kernel then drops what others send, and tells of ICMP errors
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
    """Waits for the first datagram that is an answer, or an error."""

    def __init__(self, read: Callable[[bytes], AnswerT | None]) -> None:
        """Wait from now on."""
        self._read = read
        self.answer: asyncio.Future[AnswerT] = (
            asyncio.get_running_loop().create_future()
        )
        # who waited may be gone when an error arrives: it is nobody's then
        self.answer.add_done_callback(lambda done: done.cancelled() or done.exception())

    @override
    def datagram_received(self, data: bytes, addr: object) -> None:
        """Take an answer; everything else was never sent, as far as we care."""
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
        """Take an error of the network."""
        if not self.answer.done():
            self.answer.set_exception(exc)
