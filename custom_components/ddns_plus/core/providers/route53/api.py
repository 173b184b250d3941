"""Route 53's API: one signed call, the pages of a list, and the meaning of errors.

Reference: https://docs.aws.amazon.com/Route53/latest/APIReference/, read 2026-11, and
the model of that API in botocore. An error's code tells, not its status: too many calls
are a 400, and a wrong clock is a SignatureDoesNotMatch whose message tells the times.
The dual-stack endpoint route53.global.api.aws is not used.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import re
from xml.etree import ElementTree as ET

from yarl import URL

from ...dialects.in_the_way import cname_in_the_way
from ...dialects.zone import Zone
from ...errors import (
    DdnsError,
    InvalidCredentials,
    InvalidField,
    RateLimited,
    Refused,
    Unavailable,
    UnexpectedResponse,
)
from ...hostname import Hostname
from ...net.http import HttpClient
from ...net.response import Response, retry_after
from ...net.sigv4 import Signer, canonical_query
from ...provider_info import Field, FieldKind
from .xml import (
    RecordSets,
    error_in,
    name_from,
    parsed,
    record_sets_in,
    tag_of,
    text_in,
    zones_in,
)
from .zones import HostedZone


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of AWS with accounts of its own: where its API is, and what is signed for."""

    host: str
    region: str


# of the public ones; each has a single endpoint and region for Route 53
PARTITIONS: Mapping[str, Partition] = {
    "aws": Partition("route53.amazonaws.com", "us-east-1"),
    "aws_china": Partition("route53.amazonaws.com.cn", "cn-northwest-1"),
    "aws_europe": Partition("route53.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
    "aws_us_gov": Partition("route53.us-gov.amazonaws.com", "us-gov-west-1"),
}
PARTITION = Field(
    key="partition",
    kind=FieldKind.CHOICE,
    required=False,
    advanced=True,
    default="aws",
    choices=tuple(PARTITIONS),
)
# errors of a batch for a single one of its changes
SPOILS = frozenset(
    {
        "InvalidChangeBatch",
        "InvalidInput",
        "cname_in_the_way",
        "hostname_refused",
        "ttl_refused",
    }
)
# that a record set is not any more what was read
RECORD_CHANGED = "record_changed"

# record sets or zones; more would be too large to read
LARGEST_PAGE = 100

_VERSION = "/2013-04-01"
_RECORD_SETS = "ListResourceRecordSetsResponse"
_CHANGED = "ChangeResourceRecordSetsResponse"
# enough for all that stands at one name
_PAGE_OF_NAME = 20
_SMALLEST_PAGE = 5
# of an account and all its users; answered with an error in the same second
_CALLS_A_SECOND = 5
_WAIT = timedelta(seconds=30)
_MOST_PAGES = 200
_KEY_REFUSED = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "OptInRequired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_NOT_PERMITTED = frozenset({"AccessDenied", "AccessDeniedException"})
_CLOCK_WRONG = frozenset({"RequestExpired", "RequestTimeTooSkewed"})
_CLOCK_TOLD = re.compile(r"Signature (?:expired|not yet current)\b")
_TOO_MANY_CALLS = frozenset(
    {
        "RequestLimitExceeded",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_OUT_OF_ORDER = frozenset({"InternalError", "InternalFailure", "ServiceUnavailable"})


class Route53Api:
    """The calls that an access key makes; `lists_zones` says that it found the zones itself."""

    def __init__(
        self, http: HttpClient, host: str, signer: Signer, *, lists_zones: bool
    ) -> None:
        """Keep the way to the network and the access key."""
        self._http = http
        self._host = host
        self._signer = signer
        self._lists_zones = lists_zones
        self._begun: deque[float] = deque(maxlen=_CALLS_A_SECOND)

    async def zones(
        self, zone_id: str | None, *, only_first: bool = False
    ) -> list[HostedZone]:
        """Return the zones of the account, or the one with this id; private ones, too.

        Raises DdnsError.
        """
        if zone_id is not None:
            path = f"/hostedzone/{zone_id}"
            return zones_in(await self.call(path, expected="GetHostedZoneResponse"))
        zones: dict[str, HostedZone] = {}
        async for page in self.pages(
            "/hostedzone",
            expected="ListHostedZonesResponse",
            following={"marker": "NextMarker"},
            size=1 if only_first else LARGEST_PAGE,
        ):
            zones |= {zone.handle: zone for zone in zones_in(page)}
            if only_first:
                break
        return list(zones.values())

    async def record_sets(
        self, zone: Zone, hostname: Hostname | None = None
    ) -> RecordSets:
        """Return all record sets of a zone, or those at one hostname. Raises DdnsError."""
        found: RecordSets = []
        async for page in self.pages(
            f"/hostedzone/{zone.handle}/rrset",
            expected=_RECORD_SETS,
            following={
                "name": "NextRecordName",
                "type": "NextRecordType",
                "identifier": "NextRecordIdentifier",
            },
            query={"name": name_from(hostname)} if hostname else None,
            size=_PAGE_OF_NAME if hostname else LARGEST_PAGE,
        ):
            listed = record_sets_in(page)
            found += listed
            # a list begins with the name, or with what comes after it
            if hostname and any(name != hostname for name, _ in listed):
                break
        return found

    async def change(self, zone: Zone, batch: bytes) -> None:
        """Carry out a batch of changes, all or none. Raises DdnsError."""
        await self.call(
            f"/hostedzone/{zone.handle}/rrset/",
            expected=_CHANGED,
            body=batch,
        )

    async def call(
        self,
        path: str,
        *,
        expected: str,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> ET.Element:
        """Return the answer, whose root is named `expected`; with a body it is a POST.

        Raises DdnsError.
        """
        await self._pace()
        writes = body is not None
        path, text = f"{_VERSION}{path}", canonical_query((query or {}).items())
        method, content_type = ("POST", "text/xml") if writes else ("GET", "")
        headers = self._signer.sign(
            method,
            path,
            query=text,
            headers={"Host": self._host}
            | ({"Content-Type": content_type} if content_type else {}),
            body=body or b"",
            now=datetime.now(UTC),
        )
        response = await self._http.request(
            method,
            # exactly what is signed
            URL.build(
                scheme="https",
                host=self._host,
                path=path,
                query_string=text,
                encoded=True,
            ),
            headers=headers,
            data=body,
            writes=writes,
        )
        try:
            return self._answer(response, expected)
        except DdnsError as err:
            err.maybe_applied = response.maybe_applied
            raise

    async def pages(
        self,
        path: str,
        *,
        expected: str,
        following: Mapping[str, str],
        query: Mapping[str, str] | None = None,
        size: int = LARGEST_PAGE,
    ) -> AsyncGenerator[ET.Element]:
        """Give the pages of a list, smaller ones when they are too large to read.

        `following` names the elements that tell the parameters of the next page.
        Raises DdnsError.
        """
        parameters = dict(query or {})
        asked_before: list[Mapping[str, str]] = []
        for _ in range(_MOST_PAGES):
            asked = parameters | {"maxitems": str(size)}
            try:
                page = await self.call(path, expected=expected, query=asked)
            except UnexpectedResponse as err:
                if err.code != "body_too_large" or size <= _SMALLEST_PAGE:
                    raise
                size = max(size // 4, _SMALLEST_PAGE)
                continue
            yield page
            if text_in(page, "IsTruncated") != "true":
                return
            told = {name: text_in(page, tag) for name, tag in following.items()}
            asked_before.append(parameters)
            parameters = {name: text for name, text in told.items() if text}
            if not parameters or parameters in asked_before:
                raise UnexpectedResponse("malformed", reason="list_damaged")
        raise UnexpectedResponse("too_many_pages", reason="list_endless")

    async def _pace(self) -> None:
        """Wait until no more calls were begun in the last second than are allowed."""
        now = asyncio.get_running_loop().time()
        full = len(self._begun) == _CALLS_A_SECOND
        begin = max(now, self._begun[0] + 1) if full else now
        # taken before the wait: another call may come meanwhile
        self._begun.append(begin)
        await asyncio.sleep(begin - now)

    def _answer(self, response: Response, expected: str) -> ET.Element:
        """Return the root of an answer. Raises the error that it is instead."""
        root = parsed(response.text)
        success = 200 <= response.status < 300
        if root is not None and success and tag_of(root) == expected:
            return root
        if told := error_in(root):
            raise self._error(response, *told, expected)
        response.raise_for_status()
        raise UnexpectedResponse("malformed", response.excerpt())

    def _error(
        self, response: Response, code: str, message: str, expected: str
    ) -> DdnsError:
        """Return what an error means."""
        of_zone = expected in (_RECORD_SETS, _CHANGED)
        detail = response.excerpt(message)
        wait = retry_after(response.headers)
        if code in _TOO_MANY_CALLS or response.status == 429:
            return RateLimited(
                code, detail, account_wide=True, retry_after=wait or _WAIT
            )
        if code == "PriorRequestNotComplete":
            return RateLimited(code, detail, retry_after=wait or _WAIT)
        if code in _CLOCK_WRONG or _CLOCK_TOLD.match(message):
            return Unavailable(said=detail, reason="clock_wrong", account_wide=True)
        if code in _KEY_REFUSED:
            return InvalidCredentials(code, detail)
        if code in _NOT_PERMITTED:
            # a key that listed the zones a moment ago is alive
            if of_zone and self._lists_zones:
                return Refused(code, detail)
            return InvalidCredentials(code, detail)
        if code == "NoSuchHostedZone":
            field = "hostname" if self._lists_zones else "zone_id"
            return InvalidField(field, "zone_not_found", detail)
        if expected == _CHANGED and code in ("InvalidChangeBatch", "InvalidInput"):
            return _change_error(code, message, detail)
        if code in _OUT_OF_ORDER or response.status >= 500:
            return Unavailable(code, detail, retry_after=wait)
        if response.status == 401:
            return InvalidCredentials(code, detail)
        return UnexpectedResponse(code, detail)


def _change_error(code: str, message: str, detail: str) -> DdnsError:
    """Return what is wrong about a change."""
    if "conflicting RRSet of type" in message and "CNAME" in message:
        return cname_in_the_way()
    if "it was not found" in message or "do not match the current values" in message:
        return UnexpectedResponse(RECORD_CHANGED, detail)
    if "is not permitted in zone" in message:
        return InvalidField("hostname", "hostname_refused", detail)
    if re.search(r"\bttl\b", message, re.IGNORECASE):
        return InvalidField("ttl", "ttl_refused", detail)
    return Refused(code, detail)
