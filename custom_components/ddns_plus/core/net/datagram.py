"""Exchange of datagrams with one peer, with retransmission."""

import asyncio
from collections.abc import Callable
import socket


class NoResponseError(Exception):
    """Too many datagrams were no response to the request."""


async def exchange[AnswerT](
    connected: socket.socket,
    request: bytes,
    read: Callable[[bytes], AnswerT | None],
    *,
    first_wait: float,
    largest: int,
    most_ignored: int | None = None,
) -> AnswerT:
    """Return the result of `read` for the response to a request.

    The request is repeated after `first_wait` seconds, then after twice as long each
    time. `read` returns None for a datagram that is no response; it gets at most
    `largest` bytes, and one more of a longer datagram. The caller sets the time limit.
    Raises what `read` raises, NoResponseError after `most_ignored` other datagrams, and
    OSError if the request cannot be sent, or is refused (ICMP).
    """
    loop = asyncio.get_running_loop()
    wait, ignored = first_wait, 0
    while True:
        connected.send(request)
        try:
            async with asyncio.timeout(wait):
                while True:
                    datagram = await loop.sock_recv(connected, largest + 1)
                    if (answer := read(datagram)) is not None:
                        return answer
                    ignored += 1
                    if ignored == most_ignored:
                        raise NoResponseError
                    # a flood is received without a pause, and must not block the loop
                    await asyncio.sleep(0)
        except TimeoutError:
            wait *= 2
