"""Common types of all sources of the public address."""

from dataclasses import KW_ONLY, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol, TypedDict, Unpack

from ..address import Address, Family, Refusal, refusal
from ..local_endpoint import ANYWHERE, LocalEndpoint

SOURCE_TIMEOUT = timedelta(seconds=4)

HOST = "host"
# may be any company: no second opinion beside another operator; only of entities
UNKNOWN_OPERATOR = "unknown"
# begins the operator of an entity
ENTITY = "entity:"


class Transport(StrEnum):
    """Path of an answer, which limits the possible forgers.

    LAN: only a LAN device. PLAIN: anything on the network path. TLS: only the operator.
    """

    LAN = "lan"
    PLAIN = "plain"
    TLS = "tls"


class FailureReason(StrEnum):
    """Why a source gave no address that can be used."""

    BACKING_OFF = "backing_off"
    BLOCKED = "blocked"
    CERTIFICATE_NOT_YET_VALID = "certificate_not_yet_valid"
    DISCONNECTED = "disconnected"
    DNS_FAILED = "dns_failed"
    GONE = "gone"
    HTTP_STATUS = "http_status"
    INTERCEPTED = "intercepted"
    NO_ADDRESS = "no_address"
    NO_INTERFACE = "no_interface"
    NO_ROUTE = "no_route"
    NOT_AN_ADDRESS = "not_an_address"
    NOT_HTTP = "not_http"
    NOT_PUBLISHABLE = "not_publishable"
    REDIRECTED = "redirected"
    REFUSED = "refused"
    SERVER_ADDRESS = "server_address"
    TIMEOUT = "timeout"
    TLS_FAILED = "tls_failed"
    TOO_LARGE = "too_large"
    TRANSLATED = "translated"
    TUNNELLED = "tunnelled"
    UNEXPECTED = "unexpected"
    UNREACHABLE = "unreachable"
    UNSUPPORTED = "unsupported"
    WRONG_FAMILY = "wrong_family"
    WRONG_HOST = "wrong_host"


# no service answered
UNANSWERED = frozenset(
    {
        *(FailureReason.BACKING_OFF, FailureReason.DNS_FAILED, FailureReason.NO_ROUTE),
        *(FailureReason.TIMEOUT, FailureReason.UNEXPECTED, FailureReason.UNREACHABLE),
    }
)


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """Why a source gave no address; contains nothing of its answer.

    `retry_after` is the pause that the source asked for. `captive_portal` is whether a
    captive portal seems to have answered.
    """

    reason: FailureReason
    _: KW_ONLY
    refusal: Refusal | None = None
    status: int | None = None
    retry_after: timedelta | None = None
    captive_portal: bool = False

    @property
    def wants_pause(self) -> bool:
        """Return True if the operator asked for a pause."""
        # a running pause is not prolonged
        return self.reason is not FailureReason.BACKING_OFF and (
            self.reason is FailureReason.BLOCKED or self.retry_after is not None
        )

    def __str__(self) -> str:
        """Return the reason with its detail, as in "http_status:503"."""
        particular = self.refusal or self.status
        return self.reason if particular is None else f"{self.reason}:{particular}"


class _Facts(TypedDict, total=False):
    refusal: Refusal | None
    status: int | None
    retry_after: timedelta | None
    captive_portal: bool


class SourceError(Exception):
    """A source gave no address that can be used."""

    def __init__(
        self, failure: SourceFailure | FailureReason, **facts: Unpack[_Facts]
    ) -> None:
        """Initialize with a failure, or with its reason and facts."""
        if isinstance(failure, FailureReason):
            failure = SourceFailure(failure, **facts)
        super().__init__(str(failure))
        self.failure = failure


class AddressSource(Protocol):
    """A source of the public address."""

    @property
    def key(self) -> str:
        """Return the unique key of the source."""

    @property
    def operator(self) -> str:
        """Return the operator: all sources of one have one vote together."""

    @property
    def transport(self) -> Transport:
        """Return how its answers travel."""

    async def ask(self, family: Family, endpoint: LocalEndpoint = ANYWHERE) -> Address:
        """Return the public address of a family. Raises SourceError.

        The question leaves from the local endpoint.
        """


def check_answer(address: Address, family: Family) -> None:
    """Raise SourceError for an address of another family, or an unpublishable one."""
    if Family.of(address) is not family:
        raise SourceError(FailureReason.WRONG_FAMILY)
    if (why := refusal(address)) is not None:
        raise SourceError(FailureReason.NOT_PUBLISHABLE, refusal=why)
