"""Public IPv4 address from the router by NAT-PMP (RFC 6886) or PCP."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
import struct

from ...address import Address, Family, Refusal
from ...local_endpoint import ANYWHERE, LocalEndpoint
from ...observation import ROUTER
from ..source import (
    SOURCE_TIMEOUT,
    FailureReason,
    SourceError,
    SourceFailure,
    Transport,
    check_answer,
)
from . import pcp
from .gateway import connect_to_gateway, exchange, failure_of

PORT = 5351

# RFC 6886, 3.2: version 0, opcode 0
ADDRESS_REQUEST = b"\0\0"
_ADDRESS_RESPONSE = 128
# 1 was that of a draft
_PCP_VERSIONS = (1, pcp.VERSION)
_RESPONSE = struct.Struct("!BBHI4s")
_SHORTEST_RESPONSE = struct.Struct("!BBH")
# result codes of RFC 6886, 3.5
_SUCCESS, _UNSUPPORTED_VERSION, _NETWORK_FAILURE = 0, 1, 3
_UNSPECIFIED = IPv4Address(0)

# RFC 6886, 3.6: tolerance between two clocks
_EPOCH_RATE = 7 / 8
_EPOCH_TOLERANCE_SECONDS = 2

# long enough for three requests; a fourth would not get an answer either
_SILENCE_SECONDS = 0.75
_MOST_SILENCES = 2
_LEFT_ALONE = timedelta(minutes=30)
# a gateway that has answered before may be restarting
_LEFT_ALONE_KNOWN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressResponse:
    """The router's response; `epoch` is its clock in seconds.

    A version other than 0 is that of PCP. An error response may be short.
    """

    version: int
    result: int
    epoch: int | None = None
    address: IPv4Address | None = None


def parse_address_response(datagram: bytes) -> AddressResponse:
    """Parse the response to a request for the public address.

    Raises ValueError for other datagrams. Source: RFC 6886, 3.2 and 3.5.
    """
    if len(datagram) < _SHORTEST_RESPONSE.size or not datagram[1] & _ADDRESS_RESPONSE:
        raise ValueError("not an answer")
    version, opcode, result = _SHORTEST_RESPONSE.unpack_from(datagram)
    if version in _PCP_VERSIONS:
        return AddressResponse(version=version, result=_UNSUPPORTED_VERSION)
    if version != 0:
        raise ValueError("no version that there is")
    if len(datagram) != _RESPONSE.size:
        if result == _SUCCESS or len(datagram) > _RESPONSE.size:
            raise ValueError("an address response is twelve bytes long")
        return AddressResponse(version=version, result=result)
    if opcode != _ADDRESS_RESPONSE and result != _UNSUPPORTED_VERSION:
        raise ValueError("the answer to another question")
    _, _, _, epoch, address = _RESPONSE.unpack(datagram)
    return AddressResponse(
        version=version, result=result, epoch=epoch, address=IPv4Address(address)
    )


class Epoch:
    """The router's clock, which restarts at zero when mappings are lost."""

    def __init__(self) -> None:
        """Initialize without a reading."""
        self._seen: tuple[int, float] | None = None

    def restarted(self, seconds: int, now: float) -> bool:
        """Return True if the clock is behind its previous reading; keep the new one.

        `now` is our own clock in seconds. Source: RFC 6886, 3.6.
        """
        seen, self._seen = self._seen, (seconds, now)
        if seen is None:
            return False
        least = seen[0] + (now - seen[1]) * _EPOCH_RATE
        return seconds < least - _EPOCH_TOLERANCE_SECONDS


class _Habits:
    """Learnt behaviour of one gateway, so that not every round has to learn it."""

    def __init__(self, gateway: IPv4Address) -> None:
        """Initialize for a gateway."""
        self.gateway = gateway
        self.epoch = Epoch()
        self.by_pcp = False
        self._answered = False
        self._silences = 0
        self._left_alone_until = 0.0

    def left_alone(self, now: float) -> bool:
        """Return True during a pause after unanswered questions."""
        return now < self._left_alone_until

    def answered(self) -> None:
        """Note any answer of the gateway."""
        self._answered = True
        self._silences = 0

    def kept_silent(self, now: float) -> None:
        """Count an unanswered question; the second one starts a pause."""
        self._silences += 1
        if self._silences >= _MOST_SILENCES:
            pause = _LEFT_ALONE_KNOWN if self._answered else _LEFT_ALONE
            self._left_alone_until = now + pause.total_seconds()
            self._silences = 0


class NatPmpSource:
    """The router as a source by NAT-PMP, or by PCP if it speaks only that.

    After two unanswered questions in a row, each sent three times or more, every
    question fails at once as unsupported. This lasts 30 minutes, or until the gateway
    changes or `forget` is called. It lasts one minute for a gateway that has answered
    before, which may be restarting.
    """

    operator = ROUTER
    transport = Transport.LAN

    def __init__(
        self,
        gateway: Callable[[], IPv4Address | None],
        *,
        key: str = "nat_pmp",
        port: int = PORT,
        on_restart: Callable[[], None] | None = None,
    ) -> None:
        """Initialize with a function that finds the gateway, and a callback."""
        self.key = key
        self._gateway = gateway
        self._port = port
        self._on_restart = on_restart
        self._habits: _Habits | None = None

    def forget(self) -> None:
        """Forget the gateway's behaviour: it may have changed."""
        self._habits = None

    async def ask(self, family: Family, endpoint: LocalEndpoint = ANYWHERE) -> Address:
        """Return the public IPv4 address of the router.

        Only the gateway is heard. Raises SourceError after at most 4 seconds. Source:
        RFC 6886, 3.2, and RFC 6887 for a router that speaks only PCP.
        """
        if family is not Family.IPV4:
            raise SourceError(FailureReason.WRONG_FAMILY)
        gateway = self._gateway()
        if gateway is None:
            raise SourceError(FailureReason.UNSUPPORTED)
        if self._habits is None or self._habits.gateway != gateway:
            self._habits = _Habits(gateway)
        address = await self._ask_gateway(self._habits, endpoint)
        check_answer(address, family)
        return address

    async def _ask_gateway(self, habits: _Habits, endpoint: LocalEndpoint) -> Address:
        """Ask unless in a pause, and note whether there was an answer."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        if habits.left_alone(started):
            raise SourceError(FailureReason.UNSUPPORTED)
        try:
            async with asyncio.timeout(SOURCE_TIMEOUT.total_seconds()):
                address = await self._ask(habits, endpoint)
        except (TimeoutError, asyncio.CancelledError) as err:
            # a very short round did not wait long enough to prove silence
            if loop.time() - started >= _SILENCE_SECONDS:
                habits.kept_silent(loop.time())
            if isinstance(err, asyncio.CancelledError):
                raise
            failure = SourceFailure(FailureReason.TIMEOUT)
        except OSError as err:
            failure = failure_of(err)
        except ValueError:
            habits.answered()
            failure = SourceFailure(FailureReason.NOT_AN_ADDRESS)
        except SourceError:
            habits.answered()
            raise
        else:
            habits.answered()
            return address
        raise SourceError(failure)

    async def _ask(self, habits: _Habits, endpoint: LocalEndpoint) -> Address:
        """Ask over a new socket. Raises SourceError, OSError and ValueError."""
        # only success keeps this: the router may speak another protocol later
        by_pcp, habits.by_pcp = habits.by_pcp, False
        with connect_to_gateway(habits.gateway, self._port, endpoint) as connected:
            if not by_pcp:
                response = await exchange(
                    connected, ADDRESS_REQUEST, parse_address_response
                )
                if response.result != _UNSUPPORTED_VERSION:
                    self._hear(habits, response.epoch)
                    return _address(response)
            mapping = await pcp.ask_by_mapping(connected)
            habits.by_pcp = True
            self._hear(habits, mapping.epoch)
            return mapping.address

    def _hear(self, habits: _Habits, epoch: int | None) -> None:
        """Read the router's clock, and report a restart."""
        if epoch is None:
            return
        now = asyncio.get_running_loop().time()
        if habits.epoch.restarted(epoch, now) and self._on_restart is not None:
            self._on_restart()


def _address(response: AddressResponse) -> IPv4Address:
    """Return the address. Raises SourceError for an error result code."""
    if response.result == _SUCCESS and response.address is not None:
        return response.address
    if response.result != _NETWORK_FAILURE:
        failure = SourceFailure(FailureReason.REFUSED, status=response.result)
    elif response.address == _UNSPECIFIED:
        # the answer of routers without a public address, such as miniupnpd
        failure = SourceFailure(
            FailureReason.NOT_PUBLISHABLE, refusal=Refusal.UNSPECIFIED
        )
    else:
        failure = SourceFailure(FailureReason.DISCONNECTED)
    raise SourceError(failure)
