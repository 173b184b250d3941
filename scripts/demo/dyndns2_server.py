"""A service that speaks dyndns2, the protocol most dynamic DNS providers share.

Request and return codes as in Dyn's "Remote Access API" pages (perform update, return codes).
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
import hmac
from ipaddress import ip_address
import re
import time
from typing import Final

from aiohttp import web

from .echo import family_of
from .http_site import cut_when_offline
from .state import Address, DemoState, Family, RequestKind, Trouble

USERNAME: Final = "demo"
HOSTNAMES: Final = (
    "home.dyndns.demo.test",
    "vpn.dyndns.demo.test",
    "camera.dyndns.demo.test",
)
MOST_HOSTNAMES: Final = 20

_FULL_NAME = re.compile(r"(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)+(?!-)[a-z0-9-]{2,63}(?<!-)")


@dataclass(slots=True, kw_only=True)
class Holding:
    """What the service publishes for one hostname."""

    ipv4: Address | None = None
    ipv6: Address | None = None
    changed: float | None = None

    def take(self, addresses: dict[Family, Address]) -> bool:
        """Publish the addresses that were sent, keep the others; tell if anything changed."""
        before = (self.ipv4, self.ipv6)
        self.ipv4 = addresses.get(Family.IPV4, self.ipv4)
        self.ipv6 = addresses.get(Family.IPV6, self.ipv6)
        if before == (self.ipv4, self.ipv6):
            return False
        self.changed = time.monotonic()
        return True


class Dyndns2Server:
    """One account with some hostnames; its `password` can be changed."""

    def __init__(
        self, state: DemoState, password: str, hostnames: Iterable[str] = HOSTNAMES
    ) -> None:
        """Start with hostnames that hold no address yet."""
        self._state = state
        self.password = password
        self.holdings = {hostname: Holding() for hostname in hostnames}

    def make_app(self) -> web.Application:
        """Return the application that serves the account."""
        app = web.Application()
        app.router.add_route(
            "*", "/nic/update", cut_when_offline(self._state, self._update)
        )
        return app

    async def _update(self, request: web.Request) -> web.Response:
        """Answer one update request, and log it."""
        if not self._is_authorized(request):
            lines = ["badauth"]
        else:
            lines = self._lines(request)
        asked = request.query.get("hostname", "no hostname")
        told = request.query.get("myip", "no address")
        self._state.record(RequestKind.DYNDNS2, f"{asked} to {told}", "; ".join(lines))
        refused = lines == ["badauth"]
        return web.Response(
            text="\n".join(lines) + "\n",
            status=401 if refused else 200,
            headers={"WWW-Authenticate": 'Basic realm="demo"'} if refused else None,
        )

    def _is_authorized(self, request: web.Request) -> bool:
        """Check the Basic credentials."""
        if Trouble.PASSWORD_REFUSED in self._state.troubles:
            return False
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except binascii.Error, ValueError:
            return False
        return scheme.lower() == "basic" and hmac.compare_digest(
            given, f"{USERNAME}:{self.password}".encode()
        )

    def _lines(self, request: web.Request) -> list[str]:
        """Return the lines that answer an authorized request."""
        if request.method != "GET" or not request.headers.get("User-Agent"):
            return ["badagent"]
        hostnames = [
            name.strip().lower()
            for name in request.query.get("hostname", "").split(",")
            if name.strip()
        ]
        if not hostnames:
            return ["notfqdn"]
        if len(hostnames) > MOST_HOSTNAMES:
            return ["numhost"]
        try:
            addresses = self._addresses(request)
        except ValueError:
            return ["dnserr"]
        return [self._line(hostname, addresses) for hostname in hostnames]

    def _addresses(self, request: web.Request) -> dict[Family, Address]:
        """Return the addresses to publish; ValueError for text that is none.

        Without `myip`, the address the request came from: here the pretended one.
        """
        told = ",".join(
            request.query.getall("myip", []) + request.query.getall("myipv6", [])
        )
        if not told.strip(" ,"):
            family = family_of(request)
            own = self._state.addresses.get(family)
            if own is None:
                raise ValueError("no address given and none to see")
            return {family: own}
        addresses: dict[Family, Address] = {}
        for text in told.split(","):
            if text.strip():
                address = ip_address(text.strip())
                family = Family.IPV4 if address.version == 4 else Family.IPV6
                addresses[family] = address
        return addresses

    def _line(self, hostname: str, addresses: dict[Family, Address]) -> str:
        """Publish for one hostname and return its line."""
        if not _FULL_NAME.fullmatch(hostname):
            return "notfqdn"
        if (holding := self.holdings.get(hostname)) is None:
            return "nohost"
        word = "good" if holding.take(addresses) else "nochg"
        return f"{word} {','.join(str(addresses[f]) for f in Family if f in addresses)}"
