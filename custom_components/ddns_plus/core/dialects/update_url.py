"""Update URLs: providers that take an address for one hostname or several."""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, override

from ..address import Address, Family
from ..errors import (
    DdnsError,
    InvalidCredentials,
    InvalidField,
    Refused,
    Unavailable,
    UnexpectedResponse,
)
from ..hostname import Hostname
from ..net.http import HttpClient
from ..outcome import Outcome
from ..provider import Provider
from ..provider_info import Result, Settings, Unsent, Update
from .requests_in_flight import RequestsInFlight

_MOST_OUTAGES = 2

type RecordKey = tuple[Hostname, Family]
type Results = Mapping[RecordKey, Result]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRequest:
    """One request: hostnames, and the addresses that all of them shall have.

    `settings` are the hostnames' own, which they have in common. `interface` is that of
    their line, where the provider takes the address from the connection.
    """

    hostnames: tuple[Hostname, ...]
    addresses: Mapping[Family, Address]
    settings: Settings = field(default_factory=dict, repr=False)
    interface: str | None = None

    @property
    def keys(self) -> tuple[RecordKey, ...]:
        """Return what is to be answered."""
        return tuple(
            (hostname, family)
            for hostname in self.hostnames
            for family in self.addresses
        )

    def about(self, hostname: Hostname, family: Family) -> UpdateRequest:
        """Return the part of it that is about one hostname and family."""
        return replace(
            self, hostnames=(hostname,), addresses={family: self.addresses[family]}
        )

    def in_parts(self, size: int) -> Iterator[UpdateRequest]:
        """Return the same as requests with fewer hostnames each."""
        for start in range(0, len(self.hostnames), size):
            yield replace(self, hostnames=self.hostnames[start : start + size])

    def all(self, result: Result) -> Results:
        """Return the same result for every hostname and family."""
        return dict.fromkeys(self.keys, result)


class UndividedRefusalError(Exception):
    """A refusal of several hostnames or families that does not say which is meant."""

    def __init__(self, refusal: DdnsError) -> None:
        """Keep what is said of all of them."""
        super().__init__()
        self.refusal = refusal


class UpdateUrlProvider(Provider):
    """A provider that is told addresses. Subclasses set `info` and implement `send`.

    `families_apart`: a request has one address.
    """

    families_apart: ClassVar[bool] = False
    # codes of InvalidCredentials that may as well be the fault of a hostname
    doubtful_codes: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Keep the account's settings and the way to the network."""
        super().__init__(settings, http)
        self._batch_size = self.info.limits.batch_size
        self._accepted = False

    @property
    def families_together(self) -> bool:
        """Return True if both addresses of a hostname go in one request."""
        return not self.families_apart

    @abstractmethod
    async def send(self, request: UpdateRequest) -> Results:
        """Make one request and return its results.

        Raises DdnsError when it failed as a whole, UndividedRefusalError to have each
        hostname, or IPv4, asked for alone.
        """

    def batch_key(self, hostname: Hostname, settings: Settings) -> Hashable:
        """Return the grouping key: hostnames with the same key share a request."""
        return frozenset(settings.items())

    def cannot_send(self, update: Update) -> DdnsError | None:
        """Return why an update cannot even be sent."""
        if update.family not in self.info.families:
            return Refused(
                reason="family_not_supported",
            )
        if update.address is None:
            return Refused(reason="cannot_withdraw")
        if (problem := self.check_hostname(update.hostname)) is not None:
            return InvalidField("hostname", problem)
        return self.conflict(update.hostname, update.settings)

    @override
    async def publish(self, updates: Sequence[Update]) -> Sequence[Result]:
        """Send what belongs together in one request; stop when the account is stopped.

        A request goes alone until one is accepted, and after one that is not. What is
        under way when the account is stopped is waited for.
        """
        results: dict[RecordKey, Result] = {}
        alone: list[RecordKey] = []
        outages, accepted = 0, False
        async with RequestsInFlight(
            self._requests(updates, results), self.send
        ) as queue:
            while queue:
                most = self.info.limits.at_once if accepted else 1
                request, sent = await queue.answered(most)
                try:
                    answer = self._attributed(sent.result())
                except UndividedRefusalError as err:
                    accepted = False
                    if len(request.hostnames) > 1:
                        alone += request.keys
                        queue.put_first(request.in_parts(1))
                        continue
                    answer = self._attributed(request.all(err.refusal))
                    if self._may_divide(request, updates):
                        # its answer takes the place of this refusal
                        first = request.about(request.hostnames[0], Family.IPV4)
                        queue.put_first([first])
                except DdnsError as err:
                    answer = self._attributed(request.all(err))
                for key in request.keys:
                    results[key] = answer.get(key) or _unanswered()
                given = answer.values()
                accepted = any(isinstance(result, Outcome) for result in given)
                out = any(isinstance(result, Unavailable) for result in given)
                outages = outages + 1 if out else 0
                for result in given:
                    if self._ends_round(result, outages):
                        for rest in queue.drop():
                            results |= rest.all(_unsent(result))
                        break
        if alone and all(isinstance(results[key], Outcome) for key in alone):
            # all were accepted alone: this server takes one hostname in a request
            self._batch_size = 1
        return self._without_doubts(updates, results)

    def _may_divide(self, request: UpdateRequest, updates: Sequence[Update]) -> bool:
        """Return True if IPv4 alone does no harm to the IPv6 record.

        That is where the service keeps it, or is not known to delete it and it was never
        published from here.
        """
        if len(request.addresses) < 2:
            return False
        if self.info.unsent is Unsent.KEPT:
            return True
        published = any(
            update.previous
            for update in updates
            if update.hostname in request.hostnames and update.family is Family.IPV6
        )
        return self.info.unsent is Unsent.UNKNOWN and not published

    @override
    def in_requests(self, updates: Sequence[Update]) -> Sequence[Sequence[Update]]:
        """Return updates by request; what cannot be sent is in none of its own."""
        refused: dict[RecordKey, Result] = {}
        requests = list(self._requests(updates, refused))
        keys = [{*request.keys} for request in requests] or [set()]
        keys[0] |= refused.keys()
        return [
            [each for each in updates if (each.hostname, each.family) in part]
            for part in keys
        ]

    def _requests(
        self, updates: Sequence[Update], results: dict[RecordKey, Result]
    ) -> Iterator[UpdateRequest]:
        """Group updates into requests; what cannot be sent gets its result at once."""
        wanted: dict[Hostname, dict[Family, Update]] = defaultdict(dict)
        for update in updates:
            if (error := self.cannot_send(update)) is not None:
                results[update.hostname, update.family] = error
            else:
                wanted[update.hostname][update.family] = update
        if self.info.one_hostname and len(wanted) > 1:
            # whichever was sent, the provider would take for the same one
            for hostname, by_family in wanted.items():
                error = InvalidField("hostname", "one_hostname_per_account")
                results |= {(hostname, family): error for family in by_family}
            return
        groups: dict[Hashable, UpdateRequest] = {}
        for hostname, by_family in wanted.items():
            # IPv4 first, in any order of the updates
            sent = [by_family[family] for family in Family if family in by_family]
            parts = [sent] if self.families_together else [[update] for update in sent]
            for part in parts:
                addresses = {
                    update.family: update.address for update in part if update.address
                }
                settings = part[0].settings
                by_line = self.info.address_of_connection
                interface = part[0].interface if by_line else None
                key = self.batch_key(hostname, settings)
                group = (*addresses.items(), interface, key)
                known = groups.get(group)
                groups[group] = UpdateRequest(
                    hostnames=(*(known.hostnames if known else ()), hostname),
                    addresses=addresses,
                    settings=settings,
                    interface=interface,
                )
        for request in groups.values():
            yield from request.in_parts(self._batch_size)

    def _attributed(self, answer: Results) -> Results:
        """Return results with refused credentials attributed to the hostname that has them."""
        key = self.info.hostname_credential
        if key is None:
            return answer
        return {
            record: InvalidField(key, **result.words).of(result.authority)
            if isinstance(result, InvalidCredentials)
            else result
            for record, result in answer.items()
        }

    def _ends_round(self, result: Result, outages: int) -> bool:
        """Return True if no other request should be made after this result.

        One request may fail for its hostname's sake, two in a row for the server's.
        """
        if isinstance(result, InvalidCredentials):
            return result.code not in self.doubtful_codes
        return isinstance(result, DdnsError) and (
            result.account_wide
            or (isinstance(result, Unavailable) and outages >= _MOST_OUTAGES)
        )

    def _without_doubts(
        self, updates: Sequence[Update], results: Mapping[RecordKey, Result]
    ) -> Sequence[Result]:
        """Return the results, ambiguous refusals attributed to account or hostname.

        It is the hostname if another one was just accepted with the same credentials,
        or if they were accepted earlier and this hostname was never published.
        """
        accepted = any(isinstance(result, Outcome) for result in results.values())
        judged: list[Result] = []
        for update in updates:
            result = results[update.hostname, update.family]
            if (
                isinstance(result, InvalidCredentials)
                and result.code in self.doubtful_codes
                and (accepted or (self._accepted and update.previous is None))
            ):
                result = InvalidField("hostname", **result.words).of(result.authority)
            judged.append(result)
        self._accepted = self._accepted or accepted
        return judged


def outside_zone(field: str) -> InvalidField:
    """Return the error of a hostname that is not in the zone that was named for it."""
    return InvalidField(field, reason="hostname_outside_zone")


def zone_conflict(hostname: Hostname, settings: Settings) -> InvalidField | None:
    """Return that a hostname is not in the zone that its own settings name."""
    zone = settings.get("zone")
    fits = not zone or hostname.within(Hostname(str(zone)))
    return None if fits else outside_zone("zone")


def _unanswered() -> UnexpectedResponse:
    """Return the error for a hostname that an answer left out."""
    return UnexpectedResponse(
        "incomplete", reason="hostname_left_out", maybe_applied=True
    )


def _unsent(result: Result) -> Result:
    """Return an error for an update that was not sent because of it."""
    if isinstance(result, Unavailable) and result.maybe_applied:
        return Unavailable(
            **result.words,
            account_wide=result.account_wide,
            retry_after=result.retry_after,
        )
    return result
