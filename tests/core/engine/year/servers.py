"""Pretended services with policies: what they answer, when, and which requests they forbid."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from ipaddress import ip_address
import random
from typing import Any, cast

from multidict import CIMultiDict
from yarl import URL

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.errors import Unavailable
from custom_components.ddns_plus.core.net.redaction import Secrets
from custom_components.ddns_plus.core.net.response import Response

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# from when to when
type Span = tuple[float, float]

# what 911 and dnserr ask for: https://help.dyn.com/remote-access-api/return-codes/
_OUT_OF_ORDER = 30 * MINUTE
# our own waits begin when an answer is read, the service's when it is written
_SLACK = 5.0


class Mood(StrEnum):
    """What a service is like for some time."""

    WELL = "well"
    ABUSE = "abuse"
    DNSERR = "dnserr"
    DOWN = "down"
    HTTP_429 = "429"
    HTTP_429_FOR_LONG = "429, Retry-After: 3600"
    HTTP_429_FOR_SHORT = "429, Retry-After: 1"
    HTTP_500 = "500"
    HTTP_503_FOR_SHORT = "503, Retry-After: 5"
    KO = "KO"
    LOST_ANSWERS = "lost answers"
    NINE_ELEVEN = "911"
    PROXY_PAGE = "403 of a proxy"
    SLOW = "slow"


_WORKING = frozenset({Mood.WELL, Mood.SLOW, Mood.LOST_ANSWERS})
_STATUSES: Mapping[Mood, tuple[int, int | None]] = {
    Mood.HTTP_429: (429, None),
    Mood.HTTP_429_FOR_LONG: (429, 3600),
    Mood.HTTP_429_FOR_SHORT: (429, 1),
    Mood.HTTP_500: (500, None),
    Mood.HTTP_503_FOR_SHORT: (503, 5),
    Mood.PROXY_PAGE: (403, None),
}
_DYNDNS2_WORDS: Mapping[Mood, str] = {
    Mood.ABUSE: "abuse",
    Mood.DNSERR: "dnserr",
    Mood.NINE_ELEVEN: "911",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a service forbids, in seconds, as its documentation says it.

    `interval` between updates of a name; `writes` are pairs: so many updates in so long
    a time. `words`: it speaks dyndns2.
    """

    interval: float = 0
    writes: Sequence[tuple[int, float]] = ()
    words: bool = True


@dataclass(slots=True, kw_only=True, eq=False)
class Server:
    """A service with an account: its records, and the requests that it got.

    `refusing` are the times in which it took no update, or forbade to be asked. `forbidden`
    counts requests by the policy that they broke, `needless` those that asked for what was
    there and had been confirmed.
    """

    slug: str
    policy: Policy
    rng: random.Random
    clock: Callable[[], float]
    on_records: Callable[[], None]
    reachable: Callable[[], bool]
    mood: Mood = Mood.WELL
    records: dict[str, dict[Family, Address]] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    forbidden: Counter[str] = field(default_factory=Counter)
    needless: int = 0
    refusing: list[Span] = field(default_factory=list)
    refusing_name: dict[str, list[Span]] = field(default_factory=dict)
    banned_at: float | None = None
    _mood_at: float = 0
    _closed_until: float = 0
    _asked: dict[str, float] = field(default_factory=dict)
    _updates: deque[float] = field(default_factory=deque)
    _unsure: set[str] = field(default_factory=set)

    def feel(self, mood: Mood) -> None:
        """Change the mood."""
        if self.mood not in _WORKING:
            self.refusing.append((self._mood_at, self.clock()))
        self.mood, self._mood_at = mood, self.clock()

    def close(self) -> None:
        """End what is still going on, for the account of the time."""
        self.feel(Mood.WELL)
        self.settle()

    def settle(self) -> None:
        """Let a person settle a ban with the service."""
        if self.banned_at is not None:
            self.refusing.append((self.banned_at, self.clock()))
            self.banned_at = None

    def spoil(self, name: str, family: Family, address: Address) -> None:
        """Let somebody else change a record."""
        self._unsure.add(name)
        self.hold([name], {family: address})

    async def refusal(
        self, names: Sequence[str]
    ) -> tuple[int, float | None, str] | None:
        """Take a request: the status, Retry-After and body of a refusal, else None.

        Raises Unavailable where no answer comes.
        """
        if not self.reachable():
            raise Unavailable("connection_failed")
        now = self.clock()
        self._watch(names, now)
        if self.mood is Mood.DOWN:
            raise Unavailable("connection_failed")
        mood, words = self.mood, _DYNDNS2_WORDS if self.policy.words else {}
        if mood not in (*_STATUSES, *words, Mood.KO) and not self._is_too_often(now):
            return None
        self._unsure.update(names)
        await asyncio.sleep(self.rng.uniform(0.1, 0.6))
        if mood is Mood.ABUSE:
            self.banned_at = self.banned_at or self.clock()
            return 200, None, words[mood]
        if mood in words:
            self._shut(_OUT_OF_ORDER)
            return 200, None, words[mood]
        if mood is Mood.KO:
            return 200, None, "KO"
        status, wait = _STATUSES.get(mood, (429, 60))
        self._shut(wait)
        return status, wait, "<html>Sorry</html>"

    async def carried_out[AnswerT](
        self, names: Sequence[str], act: Callable[[], AnswerT]
    ) -> AnswerT:
        """Do what was asked, whatever becomes of the client meanwhile.

        Raises Unavailable where the answer is lost.
        """
        self._unsure.update(names)
        slow, lost = self.mood is Mood.SLOW, self.mood is Mood.LOST_ANSWERS
        delay = self.rng.uniform(*((0, 18) if slow else (0.1, 0.6)))
        answers: list[AnswerT] = []
        if not lost or self.rng.random() < 0.5:
            loop = asyncio.get_running_loop()
            loop.call_later(delay, lambda: answers.append(act()))
        await asyncio.sleep(delay + (30 if lost else 0.01))
        if lost:
            raise Unavailable("timeout", maybe_applied=True)
        self._unsure.difference_update(names)
        return answers[0]

    def is_sure_of(self, names: Sequence[str]) -> bool:
        """Return True if the latest request for each name was answered with success."""
        return not self._unsure.intersection(names)

    def hold(self, names: Sequence[str], addresses: Mapping[Family, Address]) -> bool:
        """Change records; return whether anything was another one."""
        held = [self.records.get(name, {}) for name in names]
        changed = any(
            each.get(family) != address
            for each in held
            for family, address in addresses.items()
        )
        for name in names:
            self.records.setdefault(name, {}).update(addresses)
        self.on_records()
        return changed

    def _watch(self, names: Sequence[str], now: float) -> None:
        """Count a request, and what it breaks."""
        self.requests.update(names)
        if now < self._closed_until - _SLACK:
            self.forbidden["within a wait"] += 1
        if self.banned_at is not None:
            self.forbidden["after abuse"] += 1
        for name in names:
            since = now - self._asked.get(name, -DAY)
            if since < self.policy.interval - _SLACK:
                self.forbidden["within the minimum interval"] += 1
            self._asked[name] = now
            if self.policy.interval:
                spans = self.refusing_name.setdefault(name, [])
                spans.append((now, now + self.policy.interval + _SLACK))

    def _is_too_often(self, now: float) -> bool:
        """Count an update, and return whether there are too many."""
        self._updates.append(now)
        longest = max((period for _, period in self.policy.writes), default=0)
        while self._updates and self._updates[0] <= now - longest:
            self._updates.popleft()
        for most, period in self.policy.writes:
            within = [each for each in self._updates if each > now - period]
            if len(within) > most:
                self.forbidden[f"more than {most} in {period:g} s"] += 1
                return True
            if len(within) == most:
                self.refusing.append((now, within[0] + period + _SLACK))
        return False

    def _shut(self, wait: float | None) -> None:
        """Forbid requests for some time."""
        if wait is not None:
            until = self.clock() + wait
            self._closed_until = max(self._closed_until, until)
            self.refusing.append((self.clock(), until))


@dataclass(slots=True)
class Client:
    """Stands for the integration's HTTP client: speaks to one service."""

    server: Server
    secrets: Secrets = field(default_factory=Secrets)
    writes: int = 0

    async def request(
        self, method: str, url: str | URL, *, writes: bool = True, **rest: Any
    ) -> Response:
        """Answer as the service does."""
        self.writes += writes
        names, addresses = asked(rest["params"])
        server, sure = self.server, self.server.is_sure_of(names)
        if (refused := await server.refusal(names)) is not None:
            status, wait, body = refused
        else:
            act = partial(server.hold, names, addresses)
            changed = await server.carried_out(names, act)
            server.needless += sure and not changed
            status, wait = 200, None
            body = _success(server.slug, names, addresses, changed)
        headers: CIMultiDict[str] = CIMultiDict()
        if wait is not None:
            headers["Retry-After"] = f"{wait:g}"
        return Response(status=status, headers=headers, text=body, writes=writes)


def asked(
    query: Mapping[str, str],
) -> tuple[Sequence[str], Mapping[Family, Address]]:
    """Return what is asked for in the query of an update."""
    if (below := query.get("domains")) is not None:
        names = [f"{each}.duckdns.org" for each in below.split(",")]
    else:
        names = (query.get("domain") or query["hostname"]).split(",")
    values = ("ip", "ipv6", "ip6", "myip", "myipv4", "myipv6")
    words = ",".join(query[key] for key in values if key in query).split(",")
    addresses = [ip_address(word) for word in words if word and word != "preserve"]
    return names, {Family.of(address): address for address in addresses}


def _success(
    slug: str,
    names: Sequence[str],
    addresses: Mapping[Family, Address],
    changed: bool,
) -> str:
    """Return the answer to an update that was made."""
    told = [str(address) for address in addresses.values()]
    if slug == "duckdns":
        ipv4, ipv6 = (str(addresses.get(family, "")) for family in Family)
        return "\n".join(("OK", ipv4, ipv6, "UPDATED" if changed else "NOCHANGE"))
    if slug == "desec_dyndns":
        return "good"
    word = "good" if changed else "nochg"
    return "\n".join(f"{word} {','.join(told)}" for _ in names)


def as_http(client: object) -> Any:
    """Return a client as what the providers take."""
    return cast(Any, client)
