"""Methods to ask for the public address, as plain values."""

from dataclasses import dataclass, field
from enum import StrEnum

from ..address import Address
from .source import Transport


class Format(StrEnum):
    """Format of a web service's answer."""

    JSON = "json"
    LABELLED = "labelled"
    PLAIN = "plain"
    REGEX = "regex"
    TRACE = "trace"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebService:
    """A web service that reports the address it sees, or knows.

    A custom URL, header or password may be secret, so none is in the repr.
    """

    url: str = field(repr=False)
    format: Format = Format.PLAIN
    expression: str = ""
    header: tuple[str, str] | None = field(default=None, repr=False)
    credentials: tuple[str, str] | None = field(default=None, repr=False)
    verify_tls: bool = True
    # a LAN service reports the address it knows; a public one sees the client
    local: bool = False

    @property
    def transport(self) -> Transport:
        """Return how its answers travel."""
        if self.local:
            return Transport.LAN
        return Transport.TLS if self.url.startswith("https:") else Transport.PLAIN


class RecordType(StrEnum):
    """Record type of a DNS server's answer."""

    ADDRESS = "address"
    TXT = "TXT"


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsServer:
    """A DNS server that answers with the address it sees.

    `tls_name` is the name in its certificate for DNS over TLS (RFC 7858).
    """

    server: Address
    name: str
    record_type: RecordType = RecordType.ADDRESS
    chaos: bool = False
    tls_name: str | None = None
    port: int | None = None

    @property
    def transport(self) -> Transport:
        """Return how its answers travel."""
        return Transport.PLAIN if self.tls_name is None else Transport.TLS


@dataclass(frozen=True, slots=True, kw_only=True)
class StunServer:
    """A STUN server (RFC 8489), asked over UDP."""

    host: str
    port: int = 3478
    transport: Transport = Transport.PLAIN


class Local(StrEnum):
    """Methods on the LAN."""

    INTERFACE = "interface"
    NAT_PMP = "nat_pmp"
    UPNP = "upnp"

    @property
    def transport(self) -> Transport:
        """Return how its answers travel."""
        return Transport.LAN


type Method = WebService | DnsServer | StunServer | Local
