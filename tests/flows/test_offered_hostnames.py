"""What an account offers for a new hostname: asked only when the provider may be asked."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.core.engine.state import AccountState, Failure
from custom_components.ddns_plus.core.errors import FailureKind
from custom_components.ddns_plus.core.providers.cloudflare import Cloudflare
from custom_components.ddns_plus.store import DATA_STORE
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.conftest import AddEntry, account_at
from tests.flow_driver import Flow
from tests.providers.fake_cloudflare import FakeCloudflare

pytestmark = pytest.mark.usefixtures("connected")
TOKEN = "canary-token-4f1d9c2ab07e"
HOME, NAS = "home.example.com", "nas.example.com"


@pytest.fixture
async def entry(cloudflare: FakeCloudflare, add_entry: AddEntry) -> MockConfigEntry:
    """Return an account with a zone and a hostname."""
    cloudflare.add_token(TOKEN)
    cloudflare.add_zone("example.com")
    return await add_entry(account_at("cloudflare", {"api_token": TOKEN}, HOME))


def stopped(kind: FailureKind) -> AccountState:
    """Return an account that has stopped until a person acts."""
    at = dt_util.utcnow()
    failure = Failure(kind=kind, code="code", at=at, account_wide=True)
    return AccountState(failure=failure)


def waiting(wait: timedelta) -> AccountState:
    """Return an account whose provider wants to be left alone for a while."""
    return AccountState(retry_at=dt_util.utcnow() + wait)


@pytest.mark.parametrize(
    ("state", "asks"),
    [
        (stopped(FailureKind.INVALID_CREDENTIALS), False),
        (stopped(FailureKind.REFUSED), False),
        (waiting(timedelta(hours=1)), False),
        (waiting(-timedelta(seconds=1)), True),
        (AccountState(), True),
    ],
    ids=["refused credentials", "blocked", "waits", "has waited", "is well"],
)
async def test_provider_is_left_alone(
    hass: HomeAssistant,
    cloudflare: FakeCloudflare,
    entry: MockConfigEntry,
    state: AccountState,
    asks: bool,
) -> None:
    """A form is no reason to ask a provider that has said no; it works without, too."""
    await hass.data[DATA_STORE].async_set_account(entry.entry_id, state)
    asked = cloudflare.count()
    for flow in (
        await Flow.add_hostname(hass, entry),
        await Flow.change_hostname(hass, entry, HOME),
    ):
        assert flow.placeholders["example"] == "home.example.com"
    assert (cloudflare.count() > asked) is asks
    flow = await Flow.add_hostname(hass, entry)
    await flow.submit(hostname=NAS)
    assert {item.unique_id for item in entry.subentries.values()} == {HOME, NAS}


async def test_fault_of_a_provider_is_in_nobodys_way(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    cloudflare: FakeCloudflare,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Hostnames can be added and changed, and accounts, though the list cannot be had."""
    with patch.object(Cloudflare, "hostnames", side_effect=KeyError(TOKEN)):
        flow = await Flow.add_hostname(hass, entry)
        await flow.submit(hostname=NAS)
        flow = await Flow.change_hostname(hass, entry, HOME)
        await flow.submit(hostname=HOME, ipv6=False)
        assert flow.reason == "reconfigure_successful"
        cloudflare.add_token(other := f"{TOKEN}-other")
        flow = await Flow.add(hass, "cloudflare")
        await flow.submit(api_token=other)
        assert flow.step == "hostnames"
    assert {item.unique_id for item in entry.subentries.values()} == {HOME, NAS}
    assert TOKEN not in caplog.text
