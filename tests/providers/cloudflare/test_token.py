"""Tokens, what they may do, and the other settings of an account."""

import pytest

from custom_components.ddns_plus.core.errors import (
    InvalidCredentials,
    InvalidField,
    Refused,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Setting
from custom_components.ddns_plus.core.providers.cloudflare import Cloudflare
from tests.providers.fake_cloudflare import FakeCloudflare, plain, refuse
from tests.providers.fake_cloudflare_zone import Zone

from .account import BATCH, NEW, OLD, TOKEN, Connect, failure, many, publish, update


@pytest.mark.parametrize("account_owned", [False, True])
@pytest.mark.parametrize("zones", [1, 2])
async def test_token_is_verified(
    connect: Connect, fake: FakeCloudflare, account_owned: bool, zones: int
) -> None:
    """Tokens of a user and of an account are verified alike, without writing."""
    fake.tokens[TOKEN].account_owned = account_owned
    for number in range(zones):
        fake.add_zone(f"zone{number}.example")
    await connect().verify()
    assert {call.method for call in fake.calls} == {"GET"}


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize(
    "token",
    [
        "unknown-token-0000000000000000000000",
        "0123456789abcdef0123456789abcdef01234",
        "tooshort",
    ],
    ids=["unknown", "global_key", "malformed"],
)
async def test_wrong_token(connect: Connect, token: str) -> None:
    """A wrong token, or something that is none, is for reauthentication."""
    account = connect(api_token=token)
    with pytest.raises(InvalidCredentials) as caught:
        await account.verify()
    assert caught.value.code == "token_refused"
    error = await failure(account)
    assert isinstance(error, InvalidCredentials)
    assert error.account_wide
    await connect().verify()


@pytest.mark.usefixtures("zone")
async def test_token_dies(connect: Connect, fake: FakeCloudflare) -> None:
    """An expired token stops the account, at whichever call; a new one mends it."""
    account = connect()
    for pattern in ("GET /zones$", "GET .*/dns_records", BATCH):
        fake.interject(pattern, refuse(403, 9109, "Invalid access token"))
        error = await failure(account)
        assert isinstance(error, InvalidCredentials)
        assert error.code == "token_refused"
    fake.tokens[TOKEN].status = "expired"
    assert isinstance(await failure(account), InvalidCredentials)
    fake.tokens[TOKEN].status = "active"
    assert await publish(account, update("a.example.org", NEW)) == [Outcome.CREATED]


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (401, 10000, "Authentication error"),
        (403, 10000, "Authentication error"),
        (401, 1000, "Invalid API Token"),
        (400, 6003, "Invalid request headers"),
        (400, 6111, "Invalid format for Authorization header"),
        # an unsuccessful answer is one, whatever the HTTP status
        (200, 10000, "Authentication error"),
    ],
)
async def test_every_way_to_refuse_a_token(
    connect: Connect,
    fake: FakeCloudflare,
    status: int,
    code: int,
    message: str,
) -> None:
    """They all are for reauthentication, and then it goes on."""
    fake.interject("GET /zones$", refuse(status, code, message))
    account = connect()
    with pytest.raises(InvalidCredentials) as caught:
        await account.verify()
    assert caught.value.code == "token_refused"
    await account.verify()


@pytest.mark.usefixtures("zone")
async def test_refusal_without_an_envelope(
    connect: Connect, fake: FakeCloudflare
) -> None:
    """401 is about credentials from any sender; a page with 403 is not the API's."""
    account = connect()
    fake.interject("GET /zones$", plain(401, "<html>who?</html>"))
    assert isinstance(await failure(account), InvalidCredentials)
    fake.interject("GET /zones$", plain(403, "<html>are you human?</html>"))
    assert isinstance(await failure(account), UnexpectedResponse)
    await account.verify()


@pytest.mark.usefixtures("zone")
async def test_token_used_from_elsewhere(
    connect: Connect, fake: FakeCloudflare
) -> None:
    """A token's address filter is changed at Cloudflare: no new token is asked for."""
    fake.tokens[TOKEN].location_allowed = False
    account = connect()
    error = await failure(account)
    assert isinstance(error, Refused)
    assert error.code == "token_location_refused"
    assert error.account_wide
    fake.tokens[TOKEN].location_allowed = True
    assert await publish(account, update("a.example.org", NEW)) == [Outcome.CREATED]


async def test_token_that_may_not_list_zones(
    connect: Connect, fake: FakeCloudflare, zone: Zone
) -> None:
    """It works all the same once it is told its zone."""
    fake.tokens[TOKEN].lists_zones = False
    with pytest.raises(InvalidCredentials) as caught:
        await connect().verify()
    assert caught.value.code == "zone_list_not_permitted"
    account = connect(zone="example.org", zone_id=zone.id)
    await account.verify()
    assert await account.hostnames() == [Hostname("example.org")]
    published, outside = await publish(
        account, update("a.example.org", NEW), update("a.example.net", NEW)
    )
    assert published is Outcome.CREATED
    assert isinstance(outside, InvalidField)
    assert outside.code == "zone_not_found"


@pytest.mark.usefixtures("zone")
async def test_token_without_zones(connect: Connect, fake: FakeCloudflare) -> None:
    """An empty list is no success."""
    fake.tokens[TOKEN].zones = frozenset()
    account = connect()
    with pytest.raises(InvalidField) as caught:
        await account.verify()
    assert (caught.value.field, caught.value.code) == ("api_token", "no_zones")
    fake.tokens[TOKEN].zones = None
    await account.verify()


@pytest.mark.usefixtures("zone")
async def test_token_that_may_not_edit_the_only_zone(
    connect: Connect, fake: FakeCloudflare
) -> None:
    """It is told when the token is checked."""
    fake.tokens[TOKEN].edits_records = False
    account = connect()
    with pytest.raises(Refused) as caught:
        await account.verify()
    assert caught.value.code == "zone_not_permitted"
    fake.tokens[TOKEN].edits_records = True
    await account.verify()


@pytest.mark.usefixtures("zone")
async def test_zone_without_permission_concerns_that_zone(
    connect: Connect, fake: FakeCloudflare
) -> None:
    """The token lives: other zones are published, and no new token is asked for."""
    other = fake.add_zone("example.net")
    fake.interject(
        f"GET /zones/{other.id}/dns_records", refuse(403, 10000, "Authentication error")
    )
    account = connect()
    refused, published = await publish(
        account, update("a.example.net", NEW), update("a.example.org", NEW)
    )
    assert isinstance(refused, Refused)
    assert refused.code == "zone_not_permitted"
    assert not refused.account_wide
    assert published is Outcome.CREATED
    assert await publish(account, update("a.example.net", NEW)) == [Outcome.CREATED]


@pytest.mark.usefixtures("zone")
async def test_read_only_token_is_not_searched_for(
    connect: Connect, fake: FakeCloudflare
) -> None:
    """A batch that lacks the permission is not taken apart."""
    fake.interject(BATCH, refuse(403, 10000, "Authentication error"))
    results = await publish(connect(), *many(50))
    assert {type(result) for result in results} == {Refused}
    assert fake.count(BATCH) == 1


async def test_named_zone(connect: Connect, fake: FakeCloudflare, zone: Zone) -> None:
    """With a zone named by the user nothing has proven the token or the id."""
    account = connect(zone="example.org", zone_id="f" * 32)
    with pytest.raises(InvalidField) as caught:
        await account.verify()
    assert (caught.value.field, caught.value.code) == ("zone_id", "zone_not_found")
    zone.add("A", "a.example.org", OLD)
    account = connect(zone="example.net", zone_id=zone.id)
    with pytest.raises(InvalidField) as caught:
        await account.verify()
    assert (caught.value.field, caught.value.code) == ("zone", "zone_mismatch")
    fake.interject("dns_records", refuse(403, 10000, "Authentication error"))
    account = connect(zone="example.org", zone_id=zone.id)
    assert isinstance(await failure(account), InvalidCredentials)
    assert await publish(account, update("a.example.org", NEW)) == [Outcome.UPDATED]
    assert fake.count("GET /zones$") == 0


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"api_token": TOKEN}, {}),
        ({"api_token": f"Bearer {TOKEN}"}, {"api_token": "api_token_malformed"}),
        ({"api_token": f"{TOKEN}\n"}, {"api_token": "api_token_malformed"}),
        ({"api_token": ""}, {"api_token": "api_token_malformed"}),
        ({"api_token": "schlüssel"}, {"api_token": "api_token_malformed"}),
        ({"api_token": TOKEN, "zone": "example.org", "zone_id": "a" * 32}, {}),
        ({"api_token": TOKEN, "zone": "example.org"}, {"zone_id": "zone_id_missing"}),
        ({"api_token": TOKEN, "zone_id": "a" * 32}, {"zone": "zone_missing"}),
        (
            {"api_token": TOKEN, "zone": "example.org", "zone_id": "example.org"},
            {"zone_id": "zone_id_malformed"},
        ),
    ],
)
def test_settings_are_checked(
    settings: dict[str, Setting], wrong: dict[str, str]
) -> None:
    """What a form cannot know is told by field."""
    assert Cloudflare.check_settings(settings) == wrong


def test_identity_holds_no_secret() -> None:
    """Accounts are told apart by token or zone, without showing the token."""
    by_token = Cloudflare.identity({"api_token": TOKEN})
    by_zone = Cloudflare.identity(
        {"api_token": TOKEN, "zone": "example.org", "zone_id": "a" * 32}
    )
    assert TOKEN not in f"{by_token}{by_zone}"
    assert by_zone.title == "Cloudflare (example.org)"
    assert by_token.unique_id != by_zone.unique_id
