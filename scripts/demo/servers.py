"""All servers of the demo, started and stopped together."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
import secrets
import socket
from typing import Self

from .dns_server import KEY_NAME, DnsServer, new_secret
from .dyndns2_server import USERNAME, Dyndns2Server
from .echo import make_echo_app
from .http_site import HttpSite
from .page import Page
from .ports import (
    IPV4_LOOPBACK,
    IPV6_LOOPBACK,
    SECOND_IPV4_LOOPBACK,
    bind,
    bind_exactly,
    has_address,
)
from .router import PORT as ROUTER_PORT, Router
from .state import DemoState, Family
from .zone import Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the servers listen; the wished ports before the start, the real ones after.

    The router's port is zero without a router: it has this one port or none.
    """

    page: int = 8124
    dyndns2: int = 8125
    echo: int = 8126
    dns: int = 8153
    router: int = ROUTER_PORT

    @classmethod
    def any_free(cls, *, router: int = 0) -> Self:
        """Return ports that the kernel chooses: for tests, which run side by side."""
        return cls(page=0, dyndns2=0, echo=0, dns=0, router=router)


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoUrl:
    """An address echo, and the family it tells."""

    url: str
    family: Family


class DemoServers:
    """The small internet: DNS, dyndns2, address echoes and the page; `async with` runs it."""

    def __init__(
        self,
        ports: Ports | None = None,
        *,
        secret: bytes | None = None,
        password: str | None = None,
        zone: Zone | None = None,
    ) -> None:
        """Choose ports and secrets; without ones given, new ones for this start."""
        self.has_ipv6 = has_address(IPV6_LOOPBACK)
        self.state = DemoState(
            [family for family in Family if family is Family.IPV4 or self.has_ipv6]
        )
        self.ports = ports or Ports()
        self.zone = zone or Zone()
        self.secret = secret or new_secret()
        self.password = password or secrets.token_urlsafe(12)
        # Shown on the page; the program that starts Home Assistant adds its link.
        self.links: dict[str, object] = {}
        self.dyndns2 = Dyndns2Server(self.state, self.password)
        self.router = Router(self.state)
        self._dns = DnsServer(self.state, self.zone, self.secret)
        self._sites: list[HttpSite] = []

    async def __aenter__(self) -> Self:
        """Bind every port, then serve."""
        hosts = [IPV4_LOOPBACK, SECOND_IPV4_LOOPBACK]
        if self.has_ipv6:
            hosts.append(IPV6_LOOPBACK)
        dns_sockets = bind(
            [IPV4_LOOPBACK], self.ports.dns, (socket.SOCK_STREAM, socket.SOCK_DGRAM)
        )
        page_sockets = bind([IPV4_LOOPBACK], self.ports.page)
        dyndns2_sockets = bind([IPV4_LOOPBACK], self.ports.dyndns2)
        echo_sockets = bind(hosts, self.ports.echo)
        router_socket = bind_exactly(IPV4_LOOPBACK, self.ports.router)
        self.ports = Ports(
            page=_port(page_sockets),
            dyndns2=_port(dyndns2_sockets),
            echo=_port(echo_sockets),
            dns=_port(dns_sockets),
            router=self.ports.router if router_socket else 0,
        )
        self.links |= {
            "dns": f"{IPV4_LOOPBACK}:{self.ports.dns}",
            "dyndns2": self.dyndns2_url,
            "echo": [echo.url for echo in self.echo_urls],
        }
        forms = [
            {"provider": "RFC 2136", "settings": self.rfc2136_settings},
            {"provider": "DynDNS2 server", "settings": self.dyndns2_settings},
        ]
        page = Page(self.state, self.zone, self.dyndns2, self.links, forms)
        await self._dns.start(dns_sockets)
        if router_socket is not None:
            await self.router.start(router_socket)
        for app, sockets in (
            (make_echo_app(self.state), echo_sockets),
            (self.dyndns2.make_app(), dyndns2_sockets),
            (page.make_app(), page_sockets),
        ):
            site = HttpSite(app)
            self._sites.append(site)
            await site.start(sockets)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop serving."""
        await self._dns.stop()
        self.router.stop()
        for site in self._sites:
            await site.stop()

    @property
    def has_router(self) -> bool:
        """Return whether the router could have the port that the protocol fixes."""
        return bool(self.ports.router)

    @property
    def page_url(self) -> str:
        """Return where a person changes the address."""
        return f"http://{IPV4_LOOPBACK}:{self.ports.page}/"

    @property
    def dyndns2_url(self) -> str:
        """Return the update URL of the dyndns2 service."""
        return f"http://{IPV4_LOOPBACK}:{self.ports.dyndns2}/nic/update"

    @property
    def rfc2136_settings(self) -> Mapping[str, str | int]:
        """Return what is typed in for an account at the DNS server."""
        return {
            "server": IPV4_LOOPBACK,
            "port": self.ports.dns,
            "zone": self.zone.origin.to_text(omit_final_dot=True),
            "tsig_key_name": KEY_NAME.rstrip("."),
            "tsig_secret": base64.b64encode(self.secret).decode(),
            "tsig_algorithm": "hmac-sha256",
        }

    @property
    def dyndns2_settings(self) -> Mapping[str, str | bool]:
        """Return what is typed in for an account at the dyndns2 service."""
        return {
            "server_url": self.dyndns2_url,
            "username": USERNAME,
            "password": self.dyndns2.password,
            "allow_http": True,
        }

    @property
    def echo_urls(self) -> list[EchoUrl]:
        """Return the address echoes: two hosts per family, which count as two operators.

        Home Assistant's resolver knows both loopback addresses of `localhost` by
        itself (RFC 6761 6.3), whatever the hosts file of the machine says.
        """
        hosts = {Family.IPV4: (IPV4_LOOPBACK, SECOND_IPV4_LOOPBACK)}
        if self.has_ipv6:
            hosts[Family.IPV6] = (f"[{IPV6_LOOPBACK}]", "localhost")
        return [
            EchoUrl(url=f"http://{host}:{self.ports.echo}/", family=family)
            for family, names in hosts.items()
            for host in names
        ]


def _port(sockets: list[socket.socket]) -> int:
    """Return the port that sockets share."""
    return int(sockets[0].getsockname()[1])
