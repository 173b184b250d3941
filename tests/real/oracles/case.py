"""An account and a hostname, as they are configured in each client."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from aiohttp import web

from custom_components.ddns_plus.core.provider_info import Setting

from .recording_server import Answer, Recorded

HOME = "home.example.org"
IPV4 = "93.184.216.34"
IPV6 = "2606:2800:220:1::34"
USER = "somebody"
PASSWORD = "canary-password-1"


def says(text: str) -> Callable[[], Answer]:
    """Return a provider that answers every request with a text."""

    async def answer(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text=text)

    return lambda: answer


_SAYS_GOOD = says("good\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class InadynAccount:
    """A section of inadyn's configuration."""

    section: str
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What shall be published, and how each client is told to.

    `settings` and `hostname_settings` are ours. `ddclient` are the options of its host,
    `inadyn` is a section; None where the client does not speak the protocol. `provider` makes
    what answers, anew for each client. `in_full` takes
    a request for several things apart. `hosts` are those that only the others ask. `writes_only`: the requests that only read
    are each client's own way to find the record, and are not compared.
    """

    slug: str
    variant: str = ""
    settings: Mapping[str, Setting]
    hostname_settings: Mapping[str, Setting] = field(default_factory=dict)
    hostnames: tuple[str, ...] = (HOME,)
    addresses: tuple[str, ...] = (IPV4,)
    ddclient: Mapping[str, str] | None = None
    inadyn: InadynAccount | None = None
    provider: Callable[[], Answer] = _SAYS_GOOD
    writes_only: bool = False
    in_full: Callable[[Recorded], Sequence[Recorded]] = lambda request: [request]
    hosts: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Return what the case is called."""
        return f"{self.slug} {self.variant}".rstrip()

    @property
    def in_both_families(self) -> tuple[Case, Case]:
        """Return the case, and the same for an IPv6 address."""
        return self, replace(self, variant="IPv6", addresses=(IPV6,))
