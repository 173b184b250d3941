"""The dyndns2 protocol: requests as data, and the meaning of return codes.

Reference: https://help.dyn.com/remote-access-api/ and
https://www.noip.com/integrate/response (checked 2026-10). What a second address does to
the answer is not defined: one line per hostname or one per address are both seen.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Address
from itertools import batched
from operator import attrgetter
import re
from typing import override

from ..address import Address, Family
from ..errors import (
    Authority,
    DdnsError,
    InvalidCredentials,
    InvalidField,
    RateLimited,
    Refused,
    Unavailable,
    UnexpectedResponse,
)
from ..hostname import Hostname
from ..net.response import Response, retry_after
from ..outcome import Outcome
from ..provider_info import Result
from .answer_lines import Line, read_lines
from .phrases import addresses_in
from .update_url import Results, UndividedRefusalError, UpdateRequest, UpdateUrlProvider

# what a server answers that has not done what it was asked, because of the user agent
_NOT_DONE = (IPv4Address("127.0.0.1"),)


class Ipv6Mode(StrEnum):
    """How a server takes the IPv6 address."""

    COMMA = "comma"
    SEPARATE_REQUEST = "separate_request"
    OWN_PARAMETER = "own_parameter"


class Meaning(StrEnum):
    """What a return code means for the client."""

    UPDATED = "updated"
    UNCHANGED = "unchanged"
    INVALID_CREDENTIALS = "invalid_credentials"
    INVALID_HOSTNAME = "invalid_hostname"
    REFUSED = "refused"
    BLOCKED = "blocked"
    OUTAGE = "outage"
    TOO_OFTEN = "too_often"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True, slots=True)
class ReturnCode:
    """A return code; `one_of_many` where it tells of one hostname of the request."""

    meaning: Meaning
    reason: str = ""
    one_of_many: bool = False


def _about_hostname(reason: str) -> ReturnCode:
    """Return a code that a person has to change the hostname for."""
    return ReturnCode(Meaning.INVALID_HOSTNAME, reason, one_of_many=True)


# https://help.dyn.com/return-codes/ first, then what other services have added
RETURN_CODES: Mapping[str, ReturnCode] = {
    "good": ReturnCode(Meaning.UPDATED),
    "nochg": ReturnCode(Meaning.UNCHANGED),
    "badauth": ReturnCode(Meaning.INVALID_CREDENTIALS, "wrong_login"),
    "!donator": ReturnCode(Meaning.REFUSED, "not_in_plan"),
    "notfqdn": _about_hostname("hostname_not_full"),
    "nohost": _about_hostname("hostname_not_in_account"),
    "!yours": _about_hostname("hostname_of_other_account"),
    "!active": _about_hostname("domain_not_active"),
    "numhost": ReturnCode(
        Meaning.REFUSED,
        "too_many_hostnames",
        one_of_many=True,
    ),
    "abuse": ReturnCode(Meaning.BLOCKED, "blocked"),
    "badagent": ReturnCode(Meaning.BLOCKED, "program_not_accepted"),
    "badsys": ReturnCode(Meaning.REFUSED, "other_service_expected"),
    "dnserr": ReturnCode(Meaning.OUTAGE, "name_servers_faulty"),
    "911": ReturnCode(Meaning.OUTAGE, "provider_out_of_order"),
    "servererror": ReturnCode(Meaning.OUTAGE, "provider_server_faulty"),
    "interval": ReturnCode(Meaning.TOO_OFTEN, "updates_too_quick"),
    "fatal": _about_hostname("hostname_disabled"),
    "badip": ReturnCode(Meaning.NOT_UNDERSTOOD, "address_not_accepted", True),
    "badrequest": ReturnCode(Meaning.NOT_UNDERSTOOD, "request_not_accepted", True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one service speaks dyndns2.

    `url` with the path; `hostname_parameter` None where the credentials say which name
    is meant; `address_parameter` None where the address is that of the connection, which
    is made over the family of the address. `named` is how a hostname is written.
    `lone_ipv6` is the parameter of an IPv6 address that goes alone, if it has another one
    then. `keep` are the parameters that protect the address of a family that is not sent; `needs` the families that would be spoilt when they are not. `codes` add to the
    common ones, or replace them. `phrases` are for answers in prose: what a line begins
    with, as a regular expression, and the code that it gives the whole answer; that of a
    success is the whole line. `remark` is what this service is known to say besides a
    word of success, behind it or in a line of its own, as a regular expression.
    `statuses` are HTTP statuses that stand for a code where the answer has none.
    `user_name` is for a service that wants no user's; None takes the account's.
    """

    url: str
    hostname_parameter: str | None = "hostname"
    hostname_separator: str = ","
    named: Callable[[Hostname], str] = attrgetter("fqdn")
    address_parameter: str | None = "myip"
    ipv6_mode: Ipv6Mode = Ipv6Mode.COMMA
    ipv6_parameter: str = "myipv6"
    lone_ipv6: str = ""
    keep: Mapping[Family, Mapping[str, str]] = field(default_factory=dict)
    needs: frozenset[Family] = frozenset()
    extra_parameters: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, ReturnCode] = field(default_factory=dict)
    phrases: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""
    statuses: Mapping[int, str] = field(default_factory=dict)
    user_name: str | None = None
    password_field: str = "password"
    allow_http: bool = False


class Dyndns2Provider(UpdateUrlProvider):
    """A service that speaks dyndns2. Subclasses set `info` and `dialect`."""

    dialect: Dialect

    @property
    @override
    def families_together(self) -> bool:
        """Return True if both addresses of a hostname go in one request."""
        return self.dialect.ipv6_mode is not Ipv6Mode.SEPARATE_REQUEST

    @property
    def codes(self) -> Mapping[str, ReturnCode]:
        """Return the codes that this service answers with."""
        return {**RETURN_CODES, **self.dialect.codes}

    def login(self, request: UpdateRequest) -> tuple[str, str]:
        """Return user name and password."""
        name = self.dialect.user_name
        return (
            str(self.settings["username"]) if name is None else name,
            str(self.settings[self.dialect.password_field]),
        )

    def parameters(self, request: UpdateRequest) -> Mapping[str, str]:
        """Return the query of a request."""
        dialect = self.dialect
        query: dict[str, str] = {}
        if dialect.hostname_parameter is not None:
            query[dialect.hostname_parameter] = dialect.hostname_separator.join(
                map(dialect.named, request.hostnames)
            )
        if (own := dialect.address_parameter) is None:
            pass
        elif dialect.ipv6_mode is Ipv6Mode.OWN_PARAMETER:
            names = {Family.IPV4: own, Family.IPV6: dialect.ipv6_parameter}
            if len(request.addresses) == 1 and dialect.lone_ipv6:
                names[Family.IPV6] = dialect.lone_ipv6
            for family, address in request.addresses.items():
                query[names[family]] = str(address)
        else:
            query[own] = ",".join(
                str(address) for address in request.addresses.values()
            )
        for family in Family:
            if family not in request.addresses:
                query |= dialect.keep.get(family, {})
        return {**query, **dialect.extra_parameters}

    @override
    async def send(self, request: UpdateRequest) -> Results:
        """Make one request. Raises DdnsError, UndividedRefusalError."""
        dialect = self.dialect
        if dialect.needs - request.addresses.keys() - dialect.keep.keys():
            raise Refused(
                reason="needs_both_families",
            )
        by_connection = dialect.address_parameter is None
        response = await self.http.request(
            "GET",
            dialect.url,
            params=self.parameters(request),
            basic_auth=self.login(request),
            allow_http=dialect.allow_http,
            family=next(iter(request.addresses)) if by_connection else None,
            interface=request.interface,
        )
        return self.read_answer(request, response)

    def read_answer(self, request: UpdateRequest, response: Response) -> Results:
        """Return what an answer says of each hostname and family.

        The body goes before the status, for codes that stop. Raises the error that the
        answer stands for as a whole, or UndividedRefusalError.
        """
        codes = self.codes
        good = {code: each.meaning in _SUCCESS for code, each in codes.items()}
        lines, others = read_lines(response.text, good, self.dialect.phrases)
        known = [line for line in lines if line.code in codes]
        if not known and (code := self.dialect.statuses.get(response.status)):
            lines = known = [Line(text=response.text, code=code, is_status=True)]
        failed = any(codes[line.code].meaning not in _SUCCESS for line in known)
        if not known or (response.status >= 300 and not failed):
            response.raise_for_status()
        if not known:
            raise response.not_understood()
        shares = _shares(lines, request, codes)
        results = {
            key: result
            for line, part in shares
            for result in [self._result(line, part, response)]
            for key in part.keys
        }
        first = results[request.keys[0]]
        if len(shares) == 1 and len(results) > 1 and isinstance(first, DdnsError):
            if self._is_undivided(lines[0].code, first):
                raise UndividedRefusalError(first)
        beyond = [*lines[len(shares) :], *others]
        if any(self._contradicts(line, request, response) for line in beyond):
            return {
                key: response.not_understood()
                if isinstance(result, Outcome)
                else result
                for key, result in results.items()
            }
        return results

    def _contradicts(
        self, line: Line, request: UpdateRequest, response: Response
    ) -> bool:
        """Return True if a line beyond the results is more than a success or remark."""
        if self._is_remark(line.text):
            return _tells_other(request, addresses_in(line.text))
        return isinstance(self._result(line, request, response), DdnsError)

    def _is_remark(self, text: str) -> bool:
        """Return True if the service is known to say this besides a word of success."""
        return re.fullmatch(self.dialect.remark, text, re.IGNORECASE) is not None

    def _is_undivided(self, code: str, result: Result) -> bool:
        """Return True if a refusal does not say which hostname or family it is about."""
        if isinstance(result, InvalidCredentials):
            return code in self.doubtful_codes
        return code in self.codes and self.codes[code].one_of_many

    def _result(self, line: Line, request: UpdateRequest, response: Response) -> Result:
        """Return what one line means."""
        return_code = self.codes.get(line.code)
        if return_code is None:
            return response.not_understood(line.text)
        if return_code.meaning in _SUCCESS:
            if line.addresses == _NOT_DONE:
                return Refused(
                    "badagent",
                    reason=RETURN_CODES["badagent"].reason,
                    account_wide=True,
                ).of(Authority.FINAL)
            if not self._is_remark(line.rest):
                return response.not_understood(line.text)
            if _tells_other(request, line.addresses):
                return UnexpectedResponse(reason="other_address", maybe_applied=True)
            return _SUCCESS[return_code.meaning]
        error = self._error(line.code, return_code, response)
        if line.is_status:
            return error.of(Authority.PAGE)
        # such services block clients that send again what was refused
        doubtful = line.code in self.doubtful_codes
        return error.of(Authority.PROVIDER if doubtful else Authority.FINAL)

    def _error(
        self, code: str, return_code: ReturnCode, response: Response
    ) -> DdnsError:
        """Return the error that a code stands for."""
        reason = return_code.reason
        asked = retry_after(response.headers)
        match return_code.meaning:
            case Meaning.INVALID_CREDENTIALS:
                return InvalidCredentials(code, reason=reason)
            case Meaning.INVALID_HOSTNAME:
                return InvalidField("hostname", code, reason=reason)
            case Meaning.REFUSED:
                return Refused(code, reason=reason)
            case Meaning.BLOCKED:
                return Refused(code, reason=reason, account_wide=True)
            case Meaning.OUTAGE:
                wait = max(self.info.limits.outage_wait, asked or timedelta())
                return Unavailable(
                    code, reason=reason, account_wide=True, retry_after=wait
                )
            case Meaning.TOO_OFTEN:
                return RateLimited(
                    code,
                    reason=reason,
                    account_wide=not return_code.one_of_many,
                    retry_after=asked,
                )
        return UnexpectedResponse(code, reason=reason)


_SUCCESS = {
    Meaning.UPDATED: Outcome.UPDATED,
    Meaning.UNCHANGED: Outcome.UNCHANGED,
}


def _tells_other(request: UpdateRequest, told: Iterable[Address]) -> bool:
    """Return True if an address is told of a family that was sent, and is another one."""
    sent = request.addresses
    return any(each != sent.get(Family.of(each), each) for each in told)


def _shares(
    lines: Sequence[Line], request: UpdateRequest, codes: Mapping[str, ReturnCode]
) -> Sequence[tuple[Line, UpdateRequest]]:
    """Return the lines with the part of the request that each is about.

    A single line is about all of it, others about a hostname each, or about a hostname
    and family each.
    """
    if len(lines) == 1:
        return [(lines[0], request)]
    hostnames, families = request.hostnames, tuple(request.addresses)
    each_family = lines[: 2 * len(hostnames)]
    if (
        len(families) < 2
        or len(each_family) < 2 * len(hostnames)
        or any(line.code not in codes for line in each_family)
    ):
        return [
            (line, replace(request, hostnames=(hostname,)))
            for hostname, line in zip(hostnames, lines, strict=False)
        ]
    pairs = batched(each_family, 2, strict=True)
    return [
        (line, request.about(hostname, family))
        for hostname, pair in zip(hostnames, pairs, strict=True)
        for line, family in zip(pair, _in_order(pair, families), strict=True)
    ]


def _in_order(lines: Sequence[Line], families: Sequence[Family]) -> Sequence[Family]:
    """Return the families of the two lines of a hostname: as sent, unless they say else."""
    for line, other in zip(lines, reversed(families), strict=True):
        if {Family.of(address) for address in line.addresses} == {other}:
            return tuple(reversed(families))
    return families
