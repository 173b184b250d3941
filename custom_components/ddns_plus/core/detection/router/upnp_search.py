"""Search for the router's UPnP device description."""

import asyncio
from datetime import timedelta
from ipaddress import IPv4Address
import socket

from ...address import Family
from ...local_endpoint import ANYWHERE, LocalEndpoint, open_socket
from .upnp_requester import is_at

PORT = 1900
SEARCH_TIMEOUT = timedelta(seconds=2)

_DEVICE = "urn:schemas-upnp-org:device:InternetGatewayDevice"
_SERVICE = "urn:schemas-upnp-org:service"
# some routers answer only for a service
_TARGETS = (
    f"{_DEVICE}:1",
    f"{_DEVICE}:2",
    f"{_SERVICE}:WANIPConnection:1",
    f"{_SERVICE}:WANPPPConnection:1",
)
_FIRST_WAIT = timedelta(milliseconds=500)
# more than any router sends; a flood must not block the event loop
_LARGEST_ANSWER = 2048
_MOST_ANSWERS = 64


async def find_gateway_device(
    gateway: IPv4Address,
    timeout: timedelta = SEARCH_TIMEOUT,
    *,
    port: int = PORT,
    endpoint: LocalEndpoint = ANYWHERE,
) -> str | None:
    """Return the URL of the router's device description, None without one.

    A unicast M-SEARCH (UPnP Device Architecture 1.1, section 1.3.2), repeated until the
    timeout, since datagrams get lost. Only answers of the router with a URL of the
    router count, and only those that come in at the endpoint. Never raises.
    """
    try:
        opened = open_socket(Family.IPV4, socket.SOCK_DGRAM, endpoint)
        # not connected: some routers answer from another port
        with opened:
            async with asyncio.timeout(timeout.total_seconds()):
                return await _search(opened, gateway, port)
    except OSError:
        # includes TimeoutError
        return None


async def _search(opened: socket.socket, gateway: IPv4Address, port: int) -> str:
    """Search until there is an answer. Raises OSError."""
    loop = asyncio.get_running_loop()
    wait = _FIRST_WAIT.total_seconds()
    answers = 0
    while True:
        for target in _TARGETS:
            opened.sendto(_request(gateway, port, target), (str(gateway), port))
        try:
            async with asyncio.timeout(wait):
                while answers < _MOST_ANSWERS:
                    data, sender = await loop.sock_recvfrom(opened, _LARGEST_ANSWER)
                    answers += 1
                    if sender[0] == str(gateway):
                        location = location_in(data)
                        if location is not None and is_at(location, gateway):
                            return location
        except TimeoutError:
            wait *= 2
        else:
            raise TimeoutError


def _request(gateway: IPv4Address, port: int, target: str) -> bytes:
    """Return a search message; MX is optional for unicast, but some routers need it."""
    return (
        "M-SEARCH * HTTP/1.1\r\n"
        f"HOST: {gateway}:{port}\r\n"
        'MAN: "ssdp:discover"\r\n'
        "MX: 1\r\n"
        f"ST: {target}\r\n"
        "\r\n"
    ).encode()


def location_in(datagram: bytes) -> str | None:
    """Return the LOCATION of a search response, None for another datagram.

    UPnP Device Architecture 1.1, section 1.3.3.
    """
    try:
        status, *lines = datagram.decode("ascii").splitlines()
    except ValueError:
        return None
    if not status.startswith("HTTP/1.") or status.split()[1:2] != ["200"]:
        return None
    headers = {
        name.strip().lower(): value.strip()
        for name, colon, value in (line.partition(":") for line in lines)
        if colon
    }
    return headers.get("location") if headers.get("st") in _TARGETS else None
