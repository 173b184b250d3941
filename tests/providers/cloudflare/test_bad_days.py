"""Rate limits, outages and damaged answers; each is followed by a good day."""

from datetime import timedelta
import logging
import traceback
from typing import Any

import pytest

from custom_components.ddns_plus.core.errors import (
    DdnsError,
    RateLimited,
    Unavailable,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.outcome import Outcome
from tests.providers.fake_cloudflare import FakeCloudflare, plain, refuse
from tests.providers.fake_cloudflare_zone import Zone
from tests.providers.scenario import CANARY

from .account import (
    BATCH,
    NEW,
    OLD,
    TOKEN,
    Connect,
    disconnect,
    failure,
    many,
    publish,
    update,
)


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (
            refuse(429, 971, "Please wait", {"Retry-After": "42"}),
            timedelta(seconds=42),
        ),
        (refuse(429, 10100, "More than 1200 requests"), timedelta(minutes=5)),
        (refuse(400, 10013, "Please wait"), timedelta(minutes=5)),
        (plain(429, "<html>slow down</html>"), timedelta(minutes=5)),
    ],
)
@pytest.mark.parametrize("pattern", ["GET /zones$", "GET .*/dns_records", BATCH])
async def test_rate_limit(
    connect: Connect,
    fake: FakeCloudflare,
    answer: Any,
    wait: timedelta,
    pattern: str,
) -> None:
    """The whole account waits as long as it is told to, or as long as blocks last."""
    fake.interject(pattern, answer)
    account = connect()
    error = await failure(account)
    assert isinstance(error, RateLimited)
    assert error.account_wide
    assert error.retry_after == wait
    assert await publish(account, update("a.example.org", NEW)) == [Outcome.CREATED]


async def test_rate_limit_ends_all_asking(
    connect: Connect, fake: FakeCloudflare, zone: Zone
) -> None:
    """Once the account is blocked neither batches nor zones are tried."""
    for number in range(5):
        fake.add_zone(f"zone{number}.example")
    fake.limit = 4
    account = connect()
    updates = [
        *many(450),
        *(update(f"a.zone{number}.example", NEW) for number in range(5)),
    ]
    results = await publish(account, *updates)
    # zones, records, and the two batches that still went through
    assert results[:400] == [Outcome.CREATED] * 400
    assert {type(result) for result in results[400:]} == {RateLimited}
    assert fake.count() == 5
    fake.limit = 1200
    results = await publish(account, *updates)
    assert results == [Outcome.UNCHANGED] * 400 + [Outcome.CREATED] * 55


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("pattern", ["GET /zones$", "GET .*/dns_records", BATCH])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (plain(500, "<html>oops</html>"), (Unavailable, "http_500")),
        (
            plain(503, '{"success":false}', "application/json"),
            (Unavailable, "http_503"),
        ),
        (plain(502, ""), (Unavailable, "http_502")),
        (plain(200, "<html>hello</html>"), (UnexpectedResponse, "not_json")),
        (plain(200, ""), (UnexpectedResponse, "not_json")),
        (plain(403, "<html>are you human?</html>"), (UnexpectedResponse, "not_json")),
        (plain(200, "[]", "application/json"), (UnexpectedResponse, "malformed")),
        (
            plain(200, '{"result":[]}', "application/json"),
            (UnexpectedResponse, "http_200"),
        ),
        (
            plain(200, '{"success":false,"errors":null}', "application/json"),
            (UnexpectedResponse, "http_200"),
        ),
        (
            plain(200, '{"success":"true","errors":[1,[2]]}', "application/json"),
            (UnexpectedResponse, "http_200"),
        ),
    ],
)
async def test_bad_answer(
    connect: Connect,
    fake: FakeCloudflare,
    pattern: str,
    answer: Any,
    expected: tuple[type[DdnsError], str],
) -> None:
    """What is no answer is told apart, and the next try is as good as any."""
    fake.interject(pattern, answer)
    account = connect()
    error = await failure(account)
    assert (type(error), error.code) == expected
    assert not error.account_wide
    assert await publish(account, update("a.example.org", NEW)) == [Outcome.CREATED]


@pytest.mark.parametrize(
    "body",
    [
        '{"success":true}',
        '{"success":true,"result":null}',
        '{"success":true,"result":7}',
        '{"success":true,"result":[7]}',
        '{"success":true,"result":[{"name":"example.org"}]}',
        '{"success":true,"result":[],"result_info":7}',
        '{"success":true,"result":[],"result_info":{"total_pages":"many"}}',
    ],
)
@pytest.mark.parametrize("pattern", ["GET /zones$", "GET .*/dns_records"])
async def test_damaged_list(
    connect: Connect, fake: FakeCloudflare, zone: Zone, pattern: str, body: str
) -> None:
    """A list that is not one is never taken for an empty one."""
    fake.interject(pattern, plain(200, body, "application/json"))
    account = connect()
    error = await failure(account)
    assert isinstance(error, UnexpectedResponse)
    assert error.code == "malformed"
    assert zone.records == {}
    assert await publish(account, update("a.example.org", NEW)) == [Outcome.CREATED]


@pytest.mark.parametrize("content", ["not an address", "2001:db8::1", "", None])
async def test_damaged_record(
    connect: Connect, zone: Zone, content: str | None
) -> None:
    """A record of ours that cannot be read is not overwritten; another does not matter."""
    record = zone.add("A", "a.example.org", OLD)
    record["content"] = content
    account = connect()
    assert (await failure(account)).code == "malformed"
    zone.add("TXT", "no*hostname.example.org", "text")
    assert (
        await publish(
            account, update("b.example.org", NEW), update("c.example.org", NEW)
        )
        == [Outcome.CREATED] * 2
    )


@pytest.mark.usefixtures("zone")
async def test_endless_list_ends(connect: Connect, fake: FakeCloudflare) -> None:
    """A list that has the same page again and again is given up at once."""
    body = (
        '{"success":true,"result":[{"id":"1","name":"example.org"}],'
        '"result_info":{"total_pages":1000000}}'
    )
    fake.interject("GET /zones$", *[plain(200, body, "application/json")] * 200)
    assert (await failure(connect())).code == "too_many_pages"
    assert fake.count() == 2


@pytest.mark.parametrize(
    ("answer", "maybe"),
    [
        (plain(502, "bad gateway"), True),
        (plain(200, "<html>done?</html>"), True),
        (disconnect, True),
        (refuse(429, 971, "Please wait"), False),
        (plain(403, "<html>no</html>"), False),
    ],
)
async def test_a_batch_may_have_been_carried_out(
    connect: Connect, fake: FakeCloudflare, zone: Zone, answer: Any, maybe: bool
) -> None:
    """Where the answer leaves it open it is said so; the next list shows it."""
    fake.corrupt(BATCH, answer)
    account = connect()
    error = await failure(account)
    assert error.maybe_applied is maybe
    assert zone.contents("a.example.org") == [NEW]
    assert await publish(account, update("a.example.org", NEW)) == [Outcome.UNCHANGED]


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("pattern", ["GET /zones$", "GET .*/dns_records"])
async def test_failed_list_leaves_nothing_open(
    connect: Connect, fake: FakeCloudflare, pattern: str
) -> None:
    """A read that failed has changed nothing."""
    # the HTTP library tries a read again when its connection breaks
    fake.interject(pattern, disconnect, disconnect, plain(502, "bad gateway"))
    account = connect()
    for code in ("connection_lost", "http_502"):
        error = await failure(account)
        assert isinstance(error, Unavailable)
        assert error.code == code
        assert not error.maybe_applied
    assert await publish(account, update("a.example.org", NEW)) == [Outcome.CREATED]


@pytest.mark.usefixtures("zone")
async def test_other_zones_survive_an_outage_of_one(
    connect: Connect, fake: FakeCloudflare
) -> None:
    """An error that is not the account's concerns the zone it was met in."""
    other = fake.add_zone("example.net")
    fake.interject(f"/zones/{other.id}/", plain(500, "oops"))
    failed, published = await publish(
        connect(), update("a.example.net", NEW), update("a.example.org", NEW)
    )
    assert isinstance(failed, Unavailable)
    assert published is Outcome.CREATED


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("pattern", ["GET /zones$", "GET .*/dns_records", BATCH])
@pytest.mark.parametrize(
    "answer",
    [
        refuse(400, 4711, f"the token {TOKEN} is not liked"),
        refuse(403, 9109, f"Invalid access token {TOKEN}"),
        refuse(429, 971, f"slower, {TOKEN}"),
        plain(500, f"<html>{TOKEN}</html>"),
        plain(200, TOKEN),
        plain(302, "", headers={"Location": f"https://elsewhere.example/{TOKEN}"}),
    ],
)
async def test_token_is_never_shown(
    connect: Connect,
    fake: FakeCloudflare,
    caplog: pytest.LogCaptureFixture,
    pattern: str,
    answer: Any,
) -> None:
    """Neither errors nor trace-backs nor the log show it, whatever the answer says."""
    caplog.set_level(logging.DEBUG)
    fake.interject(pattern, answer)
    account = connect()
    error = await failure(account)
    shown = "".join(traceback.format_exception(error))
    shown += f"{error!r}{error.code}{error.said}{account!r}{caplog.text}"
    assert CANARY not in shown
