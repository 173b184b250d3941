"""One request and its response over UDP, with retransmission."""

from collections.abc import Callable
from datetime import timedelta
import socket

from ...address import Address, Family
from ...local_endpoint import ANYWHERE, LocalEndpoint, open_socket
from ...net import datagram

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

    def read_whole(data: bytes) -> AnswerT | None:
        return read(data) if len(data) <= LARGEST_MESSAGE else None

    with open_socket(Family.of(server), socket.SOCK_DGRAM, endpoint) as connected:
        # the kernel then drops datagrams of others, and reports ICMP errors
        connected.connect((str(server), port))
        return await datagram.exchange(
            connected,
            request,
            read_whole,
            first_wait=first_wait.total_seconds(),
            largest=LARGEST_MESSAGE,
        )
