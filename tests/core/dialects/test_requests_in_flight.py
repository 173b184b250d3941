"""Requests of one account at the same time: how many, in which order, and until when."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from aiohttp import web
from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.dialects.update_url import (
    Results,
    UndividedRefusalError,
    UpdateRequest,
    UpdateUrlProvider,
)
from custom_components.ddns_plus.core.errors import (
    DdnsError,
    InvalidCredentials,
    Refused,
    Unavailable,
)
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import (
    Limits,
    ProviderInfo,
    Result,
    Update,
)
from tests.providers.offline import offline
from tests.providers.replay import USER_AGENT, ReplayServer

from .dyndns2_service import IPV4, IPV6, service

ADDRESSES: Mapping[Family, Address] = {Family.IPV4: IPV4, Family.IPV6: IPV6}


class Service(UpdateUrlProvider):
    """A service that takes a few turns of the event loop, and notes what it is asked.

    `answers` are what it says of a hostname, success without; `turns` how long each
    request takes.
    """

    info = ProviderInfo(
        slug="service",
        name="Service",
        website="https://example.net/",
        credentials_url="https://example.net/",
        fields=(),
    )

    def __init__(
        self,
        limits: Limits,
        answers: Mapping[str, DdnsError] | None = None,
        turns: Sequence[int] = (1,),
        *,
        together: bool = True,
    ) -> None:
        """Initialize without a request."""
        self.info = replace(type(self).info, limits=limits)
        super().__init__({}, offline())
        self.asked: list[UpdateRequest] = []
        self.most_at_once = 0
        self.most_of_a_hostname = 0
        self.cancelled = 0
        self._answers = answers or {}
        self._turns = turns
        self._together = together
        self._under_way: Counter[Hostname] = Counter()
        self._open_requests = 0

    @property
    def families_together(self) -> bool:
        """Return True if both addresses of a hostname go in one request."""
        return self._together

    async def send(self, request: UpdateRequest) -> Results:
        """Answer after a while."""
        turns = self._turns[len(self.asked) % len(self._turns)]
        self.asked.append(request)
        self._under_way.update(request.hostnames)
        self._open_requests += 1
        self.most_at_once = max(self.most_at_once, self._open_requests)
        most = max(self._under_way.values())
        self.most_of_a_hostname = max(self.most_of_a_hostname, most)
        try:
            for _ in range(turns):
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self._under_way.subtract(request.hostnames)
            self._open_requests -= 1
        errors = [self._answers.get(str(each)) for each in request.hostnames]
        if len(errors) > 1 and any(errors):
            raise UndividedRefusalError(Refused())
        return request.all(errors[0] or Outcome.UPDATED)


def updates(count: int, *families: Family) -> list[Update]:
    """Return updates of so many hostnames, of IPv4 if no family is named."""
    return [
        Update(
            hostname=Hostname(name(number)), family=family, address=ADDRESSES[family]
        )
        for number in range(count)
        for family in families or (Family.IPV4,)
    ]


def name(number: int) -> str:
    """Return a hostname."""
    return f"h{number}.example.net"


def kinds(results: Sequence[Result]) -> list[str]:
    """Return the results by their class, or outcome."""
    return [
        result.value if isinstance(result, Outcome) else type(result).__name__
        for result in results
    ]


@pytest.mark.parametrize(("at_once", "seen"), [(1, 1), (4, 4), (8, 8)])
async def test_as_many_as_the_provider_allows(at_once: int, seen: int) -> None:
    """The first request goes alone; then so many are under way."""
    provider = Service(Limits(at_once=at_once), turns=(3,))
    results = await provider.publish(updates(20))
    assert kinds(results) == ["updated"] * 20
    assert provider.most_at_once == seen
    asked = [str(request.hostnames[0]) for request in provider.asked]
    assert asked == [name(number) for number in range(20)]


async def test_a_server_sees_requests_at_the_same_time(replay: ReplayServer) -> None:
    """Four requests are at the server before it answers any of them."""
    four = asyncio.Barrier(4)

    async def answer(_request: web.Request) -> web.Response:
        if len(replay.requests) > 1:
            await four.wait()
        return web.Response(text=f"good {IPV4}")

    replay.always(answer)
    http = HttpClient(replay.session, user_agent=USER_AGENT)
    # two hostnames in a request
    results = await service(http).publish(updates(18))
    assert kinds(results) == ["updated"] * 18
    assert len(replay.requests) == 9


async def test_refused_credentials_are_tried_once() -> None:
    """Nothing else is sent with a password that the first answer refuses."""
    provider = Service(Limits(), {name(0): InvalidCredentials()})
    results = await provider.publish(updates(9))
    assert kinds(results) == ["InvalidCredentials"] * 9
    assert len(provider.asked) == 1


async def test_a_stop_waits_for_what_is_under_way() -> None:
    """The answers of requests that were already sent count, and nothing more is sent."""
    # the second is answered before the three that were sent with it
    provider = Service(
        Limits(), {name(1): InvalidCredentials()}, turns=(1, 2, 5, 5, 5, 1)
    )
    results = await provider.publish(updates(9))
    done, refused = "updated", "InvalidCredentials"
    assert kinds(results) == [done, refused, done, done, done, *[refused] * 4]
    assert len(provider.asked) == 5


async def test_after_a_failure_requests_go_alone() -> None:
    """A server that is out of order is not asked four times at once."""
    provider = Service(
        Limits(), {name(number): Unavailable() for number in range(30)}, turns=(3,)
    )
    results = await provider.publish(updates(30))
    assert kinds(results) == ["Unavailable"] * 30
    assert (provider.most_at_once, len(provider.asked)) == (1, 2)


async def test_a_refused_batch_is_divided_at_its_place() -> None:
    """Only the hostname that spoilt a batch is refused."""
    provider = Service(Limits(batch_size=5), {name(7): Refused()}, turns=(2, 1))
    results = await provider.publish(updates(20))
    assert kinds(results) == [
        "Refused" if number == 7 else "updated" for number in range(20)
    ]
    assert 1 < provider.most_at_once <= 4


async def test_what_is_cut_short_is_cancelled() -> None:
    """No request goes on after the call was cancelled."""
    provider = Service(Limits(), turns=(1, 100))
    task = asyncio.create_task(provider.publish(updates(9)))
    async with asyncio.timeout(5):
        while len(provider.asked) < 5:
            await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert provider.cancelled >= 1
    assert len(provider.asked) == 5


@given(
    count=st.integers(1, 12),
    batch_size=st.integers(1, 4),
    at_once=st.integers(1, 6),
    turns=st.lists(st.integers(0, 5), min_size=1, max_size=7),
    together=st.booleans(),
    refused=st.sets(st.integers(0, 11), max_size=3),
)
def test_a_hostname_has_one_request_at_a_time(
    count: int,
    batch_size: int,
    at_once: int,
    turns: list[int],
    together: bool,
    refused: set[int],
) -> None:
    """However long each takes: the limit is kept, IPv4 comes first, all have a result."""
    limits = Limits(batch_size=batch_size, at_once=at_once)
    provider = Service(
        limits,
        {name(number): Refused() for number in refused},
        turns,
        together=together,
    )
    wanted = updates(count, *Family)
    results = asyncio.run(provider.publish(wanted))
    assert provider.most_of_a_hostname == 1
    assert provider.most_at_once <= at_once
    for update, result in zip(wanted, results, strict=True):
        assert isinstance(result, DdnsError) == (
            str(update.hostname) in {name(number) for number in refused}
        )
    if not together:
        for hostname in {update.hostname for update in wanted}:
            families = [
                family
                for request in provider.asked
                if hostname in request.hostnames
                for family in request.addresses
            ]
            assert families == sorted(families, key=list(Family).index)
