"""A home of twenty hostnames at eight services, on two lines, through good and bad days."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
import random
from unittest.mock import patch

from custom_components.ddns_plus.account.hostname import ManagedHostname
from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.engine.decide import Mode
from custom_components.ddns_plus.core.engine.round import RecordKey
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.observation import Line, Observation, Unknown
from custom_components.ddns_plus.core.providers import load_provider
from homeassistant.core import HomeAssistant

from .account import Account
from .cloudflare import CloudflareClient
from .servers import DAY, HOUR, MINUTE, Client, Mood, Policy, Server, Span, as_http

_START = datetime(2026, 3, 1, tzinfo=UTC)
_LOGIN = {"username": "someone", "password": "s3cr3t-w0rd"}
_TOKEN = {"token": "5a3c2f2e-0b8a-4e6c-9a57-0c6d0e0f1a2b"}
_PUBLISH = "custom_components.ddns_plus.account.publish"
_DNS_CHECK = "custom_components.ddns_plus.account.dns_check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An account of the home: its provider, hostnames, and the service's policy."""

    slug: str
    settings: Mapping[str, str]
    names: Sequence[str]
    policy: Policy
    line: str = "dsl"
    hostname_settings: Mapping[str, str] = field(default_factory=dict)


_PLANS = (
    Plan(
        slug="noip",
        settings=_LOGIN,
        names=("a.ddns.net", "b.ddns.net", "c.hopto.org"),
        policy=Policy(interval=5 * MINUTE),
    ),
    Plan(
        slug="dyn",
        settings=_LOGIN,
        names=("a.dyndns.org", "b.dyndns.org", "c.homeip.net"),
        policy=Policy(),
    ),
    Plan(
        slug="duckdns",
        settings=_TOKEN,
        names=("a.duckdns.org", "b.duckdns.org", "c.duckdns.org"),
        policy=Policy(words=False),
    ),
    Plan(
        slug="duckdns",
        settings=_TOKEN,
        names=("second.duckdns.org",),
        policy=Policy(words=False),
        line="lte",
    ),
    Plan(
        slug="desec_dyndns",
        settings=_TOKEN,
        names=("a.dedyn.io", "b.a.dedyn.io", "*.a.dedyn.io"),
        policy=Policy(writes=((2, 2 * MINUTE),)),
    ),
    Plan(
        slug="ipv64",
        settings=_TOKEN,
        names=("a.ipv64.net", "b.home64.de"),
        policy=Policy(writes=((3, 10), (48, DAY))),
    ),
    Plan(
        slug="cloudflare",
        settings={"api_token": "s3cr3t-token-of-forty-characters-0123456"},
        names=("a.example.com", "b.example.com", "c.example.com"),
        policy=Policy(words=False),
        # of a record that may be proxied DNS proves nothing
        hostname_settings={"proxied": "dns_only"},
    ),
    Plan(
        slug="dyndns2",
        settings={**_LOGIN, "server_url": "https://dyn.example.org"},
        names=("second.example.org", "third.example.org"),
        policy=Policy(),
        line="lte",
    ),
)
_BAD_MOODS: Mapping[Mood, tuple[float, float]] = {
    Mood.DOWN: (2 * MINUTE, 8 * HOUR),
    Mood.HTTP_429: (10 * MINUTE, 4 * HOUR),
    Mood.HTTP_429_FOR_LONG: (MINUTE, HOUR),
    Mood.HTTP_429_FOR_SHORT: (10 * MINUTE, 4 * HOUR),
    Mood.HTTP_500: (5 * MINUTE, 8 * HOUR),
    Mood.HTTP_503_FOR_SHORT: (5 * MINUTE, 8 * HOUR),
    Mood.LOST_ANSWERS: (10 * MINUTE, 6 * HOUR),
    Mood.PROXY_PAGE: (10 * MINUTE, 4 * HOUR),
    Mood.SLOW: (HOUR, 12 * HOUR),
}
_BAD_WORDS: Mapping[Mood, tuple[float, float]] = {
    Mood.ABUSE: (DAY, 2 * DAY),
    Mood.DNSERR: (10 * MINUTE, 4 * HOUR),
    Mood.NINE_ELEVEN: (10 * MINUTE, 6 * HOUR),
}
_KO = {Mood.KO: (10 * MINUTE, 8 * HOUR)}


class Home:
    """The home, driven by one seed. Only inside of `entered()` its clock is the system's."""

    def __init__(self, seed: int, *, lines: Collection[str] = ("dsl", "lte")) -> None:
        """Set up all accounts; nothing runs."""
        self.rng = random.Random(seed)
        self.hass = HomeAssistant("no configuration")
        self.skew = 0.0
        self.lines = {
            name: {family: self._new_address(family) for family in Family}
            for name in lines
        }
        self.up = dict.fromkeys(lines, True)
        self.restarts = self.changes = 0
        self.off: list[Span] = []
        self.wrong: dict[RecordKey, list[Span]] = {}
        self.sizes: list[int] = []
        self._wrong_since: dict[RecordKey, float] = {}
        self.accounts = [self._account(plan) for plan in _PLANS]

    @property
    def now(self) -> float:
        """Return the true time in seconds."""
        return asyncio.get_running_loop().time()

    def clock(self) -> datetime:
        """Return the time that the system's clock shows."""
        return _START + timedelta(seconds=self.now + self.skew)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let the integration see this home's clock, lines and DNS."""
        with ExitStack() as stack:
            for target, stand_in in (
                ("homeassistant.util.dt.utcnow", self.clock),
                (f"{_PUBLISH}.async_get_lines", self._lines_of),
                (f"{_PUBLISH}.async_without_connection", lambda *_: ()),
                (f"{_DNS_CHECK}.authoritative_answer", self._dns),
            ):
                stack.enter_context(patch(target, stand_in))
            yield

    def _account(self, plan: Plan) -> Account:
        """Return an account with its service."""
        server = Server(
            slug=plan.slug,
            policy=plan.policy,
            rng=self.rng,
            clock=lambda: self.now,
            on_records=self.compare,
            reachable=lambda: self.up[plan.line],
        )
        server.records = {name: {} for name in plan.names}
        client: Client | CloudflareClient = Client(server)
        if plan.slug == "cloudflare":
            client = CloudflareClient(server, plan.settings["api_token"])
        hostnames = {
            name: ManagedHostname(
                subentry_id=name,
                hostname=Hostname(name),
                modes=dict.fromkeys(Family, Mode.UPDATE),
                settings=plan.hostname_settings,
                connection_id=plan.line,
            )
            for name in plan.names
        }
        provider = load_provider(plan.slug)(plan.settings, as_http(client))
        return Account(provider, server, hostnames)

    # ------------------------------------------------------------------ addresses

    def _new_address(self, family: Family) -> Address:
        """Return a public address."""
        if family is Family.IPV4:
            return ip_address(
                f"93.{self.rng.randrange(1, 250)}.{self.rng.randrange(250)}.7"
            )
        return ip_address(f"2a02:8108:{self.rng.randrange(1, 65536):x}::7")

    def _lines_of(
        self, _hass: HomeAssistant, hostnames: Collection[ManagedHostname]
    ) -> Mapping[str | None, Line]:
        """Return what the connections of hostnames know."""
        return {
            managed.connection_id: Line(
                observations={
                    family: Observation(family=family, address=address)
                    if self.up[name]
                    else Observation(family=family, unknown=Unknown.OFFLINE)
                    for family, address in self.lines[name].items()
                },
                online=self.up[name],
            )
            for managed in hostnames
            if (name := managed.connection_id) is not None
        }

    async def _dns(
        self, hostname: Hostname, family: Family, _servers: object
    ) -> frozenset[Address]:
        """Return what the name servers show."""
        for account in self.accounts:
            if (held := account.server.records.get(hostname.fqdn)) is not None:
                return frozenset({held[family]} if family in held else ())
        raise LookupError(hostname)

    def set_line(self, name: str, up: bool, **addresses: Address) -> None:
        """Change what a line is like, and tell those that follow it."""
        for key, address in addresses.items():
            self.lines[name][Family(key)] = address
            self.changes += 1
        self.up[name] = up
        self.compare()
        for account in self.accounts:
            if any(each.connection_id == name for each in account.hostnames.values()):
                account.look()

    def compare(self) -> None:
        """Note since when which records are wrong."""
        for account in self.accounts:
            for name, managed in account.hostnames.items():
                line = str(managed.connection_id)
                held = account.server.records[name]
                for family, address in self.lines[line].items():
                    wrong = self.up[line] and held.get(family) != address
                    self._note((name, family), wrong)

    def _note(self, key: RecordKey, wrong: bool) -> None:
        """Note whether a record is wrong from now on."""
        if wrong:
            self._wrong_since.setdefault(key, self.now)
        elif (since := self._wrong_since.pop(key, None)) is not None:
            self.wrong.setdefault(key, []).append((since, self.now))

    # ------------------------------------------------------------------ running

    async def live(self, days: float) -> None:
        """Let days go by, and count what was wrong at their end."""
        self.compare()
        for account in self.accounts:
            account.start(self.hass)
        end = self.now + days * DAY
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(each)
                for each in (
                    *(self._renewals(name) for name in self.lines),
                    *(self._line_outages(name) for name in self.lines),
                    *(self._moods(account) for account in self.accounts),
                    *(self._person(account) for account in self.accounts),
                    self._vandals(),
                    self._power_cuts(),
                    self._clock_jumps(),
                    self._weighing(),
                )
            ]
            await asyncio.sleep(end - self.now)
            for task in tasks:
                task.cancel()
        for account in self.accounts:
            await account.stop()
            account.server.close()
        for key in list(self._wrong_since):
            self._note(key, wrong=False)

    async def _sleep(self, mean: float) -> None:
        """Wait until something happens that happens so often in the mean."""
        await asyncio.sleep(self.rng.expovariate(1 / mean))

    async def _renewals(self, name: str) -> None:
        """Give the line new addresses each night, and let it flap now and then."""
        while True:
            to_night = (-self.now) % DAY
            await asyncio.sleep(to_night + self.rng.uniform(3, 5) * HOUR)
            old = dict(self.lines[name])
            await self._renew(name)
            if self.rng.random() < 0.1:
                until = self.now + HOUR
                new = dict(self.lines[name])
                while self.now < until:
                    await asyncio.sleep(self.rng.uniform(MINUTE, 10 * MINUTE))
                    old, new = new, old
                    self.set_line(name, up=True, **new)

    async def _renew(self, name: str) -> None:
        """Take the line down for a moment, and bring both families up one by one."""
        self.set_line(name, up=False)
        await asyncio.sleep(self.rng.uniform(5, 90))
        self.set_line(name, up=True, ipv4=self._new_address(Family.IPV4))
        await asyncio.sleep(self.rng.uniform(0, 20))
        self.set_line(name, up=True, ipv6=self._new_address(Family.IPV6))

    async def _line_outages(self, name: str) -> None:
        """Take the line down for hours now and then."""
        while True:
            await self._sleep(12 * DAY)
            self.set_line(name, up=False)
            await asyncio.sleep(self.rng.uniform(5 * MINUTE, 4 * HOUR))
            await self._renew(name)

    async def _moods(self, account: Account) -> None:
        """Let the service have bad hours twice a week."""
        server = account.server
        moods = dict(_BAD_MOODS)
        if server.policy.words:
            moods |= _BAD_WORDS
        if server.slug == "duckdns":
            moods |= _KO
        while True:
            await self._sleep(3.5 * DAY)
            mood = self.rng.choice(list(moods))
            server.feel(mood)
            await asyncio.sleep(self.rng.uniform(*moods[mood]))
            server.feel(Mood.WELL)

    async def _person(self, account: Account) -> None:
        """Let a person settle a ban after some hours, and nothing else."""
        while True:
            await asyncio.sleep(HOUR)
            if account.server.banned_at is not None:
                await asyncio.sleep(self.rng.uniform(HOUR, DAY))
                account.server.settle()
                account.server.feel(Mood.WELL)
                account.release()

    async def _vandals(self) -> None:
        """Let somebody else change a record now and then."""
        while True:
            await self._sleep(15 * DAY)
            account = self.rng.choice(self.accounts)
            name = self.rng.choice(list(account.hostnames))
            family = self.rng.choice(list(Family))
            account.server.spoil(name, family, self._new_address(family))

    async def _power_cuts(self) -> None:
        """Stop Home Assistant, at times in a call, for a while; addresses change meanwhile."""
        while True:
            await self._sleep(4 * DAY)
            began = self.now
            for account in self.accounts:
                await account.stop()
            await asyncio.sleep(self.rng.uniform(20, 15 * MINUTE))
            if self.rng.random() < 0.3:
                await self._renew("dsl")
            for account in self.accounts:
                account.start(self.hass)
            self.restarts += 1
            self.off.append((began, self.now))

    async def _clock_jumps(self) -> None:
        """Set the system's clock wrong for some hours."""
        while True:
            await self._sleep(20 * DAY)
            self.skew = self.rng.choice((-1, 1)) * self.rng.uniform(MINUTE, HOUR)
            await asyncio.sleep(self.rng.uniform(MINUTE, 5 * HOUR))
            self.skew = 0

    async def _weighing(self) -> None:
        """Note the size of what is stored, once a day."""
        while True:
            await asyncio.sleep(DAY)
            self.sizes.append(sum(account.bytes for account in self.accounts))
