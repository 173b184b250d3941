"""Adding a hostname to an account, and changing one, while the others are left alone."""

import asyncio
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.engine.decide import Force
from homeassistant.config_entries import ConfigEntryState, ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from tests.conftest import AddEntry, account
from tests.flow_driver import Flow
from tests.internet import IPV4, IPV4_NEW, IPV6, Dyndns2Server, Internet
from tests.providers.fake_cloudflare import FakeCloudflare, plain

pytestmark = pytest.mark.usefixtures("connected")
HOME, NAS = "home.example.com", "nas.example.com"
STATUS = "sensor.home_example_com"
TOKEN = "canary-token-4f1d9c2ab07e"


def data_of(entry: MockConfigEntry, name: str) -> dict[str, Any]:
    """Return the stored data of a hostname."""
    [data] = [
        dict(item.data) for item in entry.subentries.values() if item.unique_id == name
    ]
    return data


def sent(server: Dyndns2Server) -> list[str]:
    """Return the hostnames of each request."""
    return [item["hostname"] for item in server.requests]


@pytest.fixture
async def entry(add_entry: AddEntry, account_entry: MockConfigEntry) -> MockConfigEntry:
    """Return an account whose hostname is published."""
    return await add_entry(account_entry)


@pytest.fixture
async def cloudflare_entry(
    cloudflare: FakeCloudflare, add_entry: AddEntry
) -> MockConfigEntry:
    """Return an account with a zone and a hostname."""
    cloudflare.add_token(TOKEN)
    cloudflare.add_zone("example.com")
    return await add_entry(
        MockConfigEntry(
            domain=DOMAIN,
            unique_id="cloudflare:1",
            title="Cloudflare",
            data={
                "kind": "account",
                "provider": "cloudflare",
                "settings": {"api_token": TOKEN},
            },
            subentries_data=[
                ConfigSubentryData(
                    data={
                        "hostname": HOME,
                        "ipv4": "update",
                        "ipv6": "update",
                        "settings": {"ttl": 120, "proxied": "dns_only"},
                    },
                    subentry_type="hostname",
                    title=HOME,
                    unique_id=HOME,
                )
            ],
        )
    )


async def test_hostname_is_added(
    hass: HomeAssistant, dyndns2: Dyndns2Server, entry: MockConfigEntry
) -> None:
    """It is published at once, and the others are not sent again."""
    flow = await Flow.add_hostname(hass, entry)
    assert flow.step == "user"
    assert flow.placeholders["account"] == "Test account"
    assert flow.filled == {}
    assert flow.fields == {
        "hostname",
        "ipv4",
        "ipv6",
        "advanced.ipv6_suffix",
        "advanced.ipv6_prefix_length",
    }
    await flow.submit(hostname=" NAS.example.com. ")
    assert flow.result["type"] == "create_entry"
    assert flow.result["title"] == NAS
    assert data_of(entry, NAS) == {
        "hostname": NAS,
        "ipv4": "update",
        "ipv6": "update",
        "settings": {},
    }
    assert sent(dyndns2) == [HOME, NAS]
    assert hass.states.get("sensor.nas_example_com_published_ipv4").state == IPV4


@pytest.mark.parametrize(
    ("wrong", "errors", "value"),
    [
        ({"hostname": " "}, {"hostname": "hostname_empty"}, " "),
        ({"hostname": "nas"}, {"hostname": "hostname_not_qualified"}, "nas"),
        ({"hostname": "Home.example.com"}, {"hostname": "hostname_already_here"}, HOME),
        ({"ipv4": False, "ipv6": False}, {"base": "no_family"}, None),
        (
            {"advanced": {"ipv6_suffix": "42", "ipv6_prefix_length": 64}},
            {"advanced": "invalid_ipv6_suffix"},
            None,
        ),
        *(
            (
                {"advanced": {"ipv6_prefix_length": wrong}},
                {"advanced": "ipv6_prefix_length_not_allowed"},
                str(wrong),
            )
            for wrong in (300, 0, -5, 47, 65, 1.5)
        ),
    ],
)
async def test_wrong_hostname_is_corrected(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    wrong: dict[str, Any],
    errors: dict[str, str],
    value: str | None,
) -> None:
    """What was typed is still there, and the title still names this account."""
    flow = await Flow.add_hostname(hass, entry)
    values = {"hostname": NAS, "ipv4": True, "ipv6": True, **wrong}
    await flow.submit(**values)
    assert flow.errors == errors
    assert flow.filled == values
    assert flow.placeholders.get("value") == value
    assert flow.placeholders["account"] == "Test account"
    await flow.submit(hostname=NAS)
    assert data_of(entry, NAS)["ipv6"] == "update"


async def test_duplicate_cannot_be_wanted_within_one_account(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
    entry: MockConfigEntry,
) -> None:
    """The same name in another account can, when a person says so."""
    first = account(dyndns2, NAS)
    other = MockConfigEntry(
        domain=DOMAIN,
        title="Other account",
        unique_id="other",
        data=first.data,
        subentries_data=[
            ConfigSubentryData(
                data=item.data, subentry_type="hostname", title=NAS, unique_id=NAS
            )
            for item in first.subentries.values()
        ],
    )
    await add_entry(other)
    flow = await Flow.add_hostname(hass, entry)
    await flow.submit(hostname=NAS)
    assert flow.errors == {"hostname": "hostname_in_other_account"}
    assert flow.placeholders["other_account"] == "Other account"
    assert flow.placeholders["account"] == "Test account"
    await flow.submit(hostname=HOME, allow_duplicate=True)
    assert flow.errors == {"hostname": "hostname_already_here"}
    await flow.submit(hostname=NAS, allow_duplicate=True)
    assert data_of(entry, NAS)["hostname"] == NAS

    # a duplicate allowed once is not asked about again
    flow = await Flow.change_hostname(hass, entry, NAS)
    await flow.submit(hostname=NAS, ipv6=False)
    assert flow.reason == "reconfigure_successful"


async def test_account_that_is_not_running(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Its provider cannot be asked; the flow says so, also when it stopped meanwhile."""
    flow = await Flow.add_hostname(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    await flow.submit(hostname=NAS)
    assert flow.reason == "entry_not_loaded"
    flow = await Flow.change_hostname(hass, entry, HOME)
    assert flow.reason == "entry_not_loaded"


async def test_what_is_set_is_shown(
    hass: HomeAssistant, cloudflare_entry: MockConfigEntry
) -> None:
    """The form shows the stored values, and unchanged ones stay."""
    flow = await Flow.change_hostname(hass, cloudflare_entry, HOME)
    assert flow.step == "reconfigure"
    assert "advanced.withdraw" in flow.fields
    assert flow.filled == {
        "hostname": HOME,
        "ipv4": True,
        "ipv6": True,
        "advanced": {"ttl": 120, "proxied": "dns_only", "withdraw": False},
    }
    before = data_of(cloudflare_entry, HOME)
    await flow.submit(**flow.filled)
    assert flow.reason == "reconfigure_successful"
    assert data_of(cloudflare_entry, HOME) == before


async def test_zone_is_checked_when_a_hostname_is_added(
    hass: HomeAssistant, cloudflare: FakeCloudflare, cloudflare_entry: MockConfigEntry
) -> None:
    """The account's zones are asked for; without them the form works, too."""
    flow = await Flow.add_hostname(hass, cloudflare_entry)
    assert flow.placeholders["example"] == "home.example.com"
    await flow.submit(hostname="nas.example.org")
    assert flow.errors == {"hostname": "hostname_not_in_zones"}
    assert flow.placeholders["zones"] == "example.com"
    await flow.submit(hostname="nas.example.com")
    assert data_of(cloudflare_entry, NAS)["hostname"] == NAS

    cloudflare.interject("GET /zones", plain(500, "Oops"))
    flow = await Flow.add_hostname(hass, cloudflare_entry)
    await flow.submit(hostname="nas.example.org")
    assert flow.result["type"] == "create_entry"


async def test_change_of_one_hostname_leaves_the_others_alone(
    hass: HomeAssistant, dyndns2: Dyndns2Server, add_entry: AddEntry
) -> None:
    """A new name is published, keeps its entities, and nothing else is sent."""
    entry = await add_entry(account(dyndns2, HOME, NAS))
    registry = er.async_get(hass)
    before = {
        item.id for item in er.async_entries_for_config_entry(registry, entry.entry_id)
    }
    requests = len(dyndns2.requests)
    flow = await Flow.change_hostname(hass, entry, HOME)
    await flow.submit(**flow.filled | {"hostname": "Müller.example.com"})
    assert flow.reason == "reconfigure_successful"
    assert entry.state is ConfigEntryState.LOADED
    assert data_of(entry, "xn--mller-kva.example.com")["ipv4"] == "update"
    assert {item.title for item in entry.subentries.values()} == {
        "müller.example.com",
        NAS,
    }
    assert sent(dyndns2)[requests:] == ["xn--mller-kva.example.com"]
    after = {
        item.id for item in er.async_entries_for_config_entry(registry, entry.entry_id)
    }
    assert after == before

    flow = await Flow.change_hostname(hass, entry, NAS)
    await flow.submit(**flow.filled | {"hostname": "müller.example.com"})
    assert flow.errors == {"hostname": "hostname_already_here"}
    assert flow.placeholders["value"] == "müller.example.com"
    await flow.submit(**flow.filled | {"hostname": NAS})
    assert flow.reason == "reconfigure_successful"
    assert len(dyndns2.requests) == requests + 1


async def test_same_settings_are_a_new_try(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    account_entry: MockConfigEntry,
    add_entry: AddEntry,
) -> None:
    """A hostname that stopped goes on when a person has looked through its settings."""
    dyndns2.answer = "nohost"
    await add_entry(account_entry)
    assert hass.states.get(STATUS).state == "invalid_field"
    dyndns2.answer = None
    flow = await Flow.change_hostname(hass, account_entry, HOME)
    await flow.submit(**flow.filled)
    assert flow.reason == "reconfigure_successful"
    assert hass.states.get(STATUS).state == "up_to_date"


async def test_family_that_is_switched_on_is_published(
    hass: HomeAssistant, dyndns2: Dyndns2Server, entry: MockConfigEntry
) -> None:
    """The record may have changed while the family was off."""
    flow = await Flow.change_hostname(hass, entry, HOME)
    await flow.submit(**flow.filled | {"ipv4": False})
    assert data_of(entry, HOME)["ipv4"] == "off"
    assert len(dyndns2.requests) == 1
    dyndns2.records[HOME] = ["192.0.2.9"]
    flow = await Flow.change_hostname(hass, entry, HOME)
    assert flow.filled["ipv4"] is False
    await flow.submit(**flow.filled | {"ipv4": True})
    assert dyndns2.records[HOME] == [IPV4, IPV6]


async def test_setting_of_the_record_is_published(
    hass: HomeAssistant, cloudflare: FakeCloudflare, cloudflare_entry: MockConfigEntry
) -> None:
    """Another TTL is another record, though the address stays."""
    [zone] = cloudflare.zones.values()
    assert {item["ttl"] for item in zone.records.values()} == {120}
    flow = await Flow.change_hostname(hass, cloudflare_entry, HOME)
    advanced = flow.filled["advanced"] | {"ttl": 300}
    await flow.submit(**flow.filled | {"advanced": advanced})
    assert {item["ttl"] for item in zone.records.values()} == {300}


async def test_family_is_withdrawn(
    hass: HomeAssistant, cloudflare: FakeCloudflare, cloudflare_entry: MockConfigEntry
) -> None:
    """Only on request a record goes when its family is switched off."""
    [zone] = cloudflare.zones.values()
    assert {item["type"] for item in zone.records.values()} == {"A", "AAAA"}
    flow = await Flow.change_hostname(hass, cloudflare_entry, HOME)
    await flow.submit(hostname=HOME, ipv6=False, advanced={"withdraw": True})
    assert data_of(cloudflare_entry, HOME)["ipv6"] == "withdraw"
    assert {item["type"] for item in zone.records.values()} == {"A"}
    flow = await Flow.change_hostname(hass, cloudflare_entry, HOME)
    assert flow.filled["ipv6"] is False
    assert flow.filled["advanced"]["withdraw"] is True
    # both may go
    await flow.submit(
        hostname=HOME, ipv4=False, ipv6=False, advanced={"withdraw": True}
    )
    assert flow.reason == "reconfigure_successful"
    assert not zone.records


async def test_connection_that_was_removed(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    add_entry: AddEntry,
) -> None:
    """The form preselects another connection: it cannot be submitted with a removed one."""
    lines = [
        await add_entry(
            MockConfigEntry(
                domain=DOMAIN,
                title=title,
                data={"kind": "connection"},
                options=internet.options(),
            )
        )
        for title in ("LTE", "Cable")
    ]
    entry = await add_entry(account(dyndns2, HOME, connection=lines[1].entry_id))
    flow = await Flow.change_hostname(hass, entry, HOME)
    assert flow.filled["advanced"]["connection"] == lines[1].entry_id
    await hass.config_entries.async_remove(lines[1].entry_id)
    flow = await Flow.change_hostname(hass, entry, HOME)
    assert "connection" not in flow.filled.get("advanced", {})
    await flow.submit(**flow.filled)
    first, *_ = hass.config_entries.async_entries(DOMAIN)
    assert data_of(entry, HOME)["connection"] == first.entry_id


async def test_suffix_is_shown_and_removed(
    hass: HomeAssistant, dyndns2: Dyndns2Server, add_entry: AddEntry
) -> None:
    """A record for another machine can become one for this network's own address."""
    entry = await add_entry(account(dyndns2, HOME, ipv6_suffix="::42"))
    assert dyndns2.records[HOME] == [IPV4, "2606:2800:220:1::42"]
    flow = await Flow.change_hostname(hass, entry, HOME)
    assert flow.filled["advanced"]["ipv6_suffix"] == "::42"
    await flow.submit(hostname=HOME)
    assert "ipv6_suffix" not in data_of(entry, HOME)
    assert dyndns2.records[HOME] == [IPV4, IPV6]


async def test_paused_hostname_stays_paused(
    hass: HomeAssistant, dyndns2: Dyndns2Server, entry: MockConfigEntry
) -> None:
    """A new name is no reason to send what a person has switched off."""
    switch = "switch.home_example_com_automatic_updates"
    await hass.services.async_call(
        "switch", "turn_off", {"entity_id": switch}, blocking=True
    )
    flow = await Flow.change_hostname(hass, entry, HOME)
    await flow.submit(**flow.filled | {"hostname": NAS})
    assert hass.states.get(switch).state == "off"
    assert sent(dyndns2) == [HOME]


async def test_update_under_way_does_not_undo_the_change(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    entry: MockConfigEntry,
) -> None:
    """The provider answers for the old name only after the form was submitted."""
    internet.ipv4 = IPV4_NEW
    dyndns2.hold = asyncio.Event()
    await hass.services.async_call(DOMAIN, "check_address", blocking=True)
    while len(dyndns2.requests) < 2:
        await asyncio.sleep(0)
    flow = await Flow.change_hostname(hass, entry, HOME)
    submitted = hass.async_create_task(flow.submit(**flow.filled | {"hostname": NAS}))
    while entry.state is ConfigEntryState.LOADED:
        await asyncio.sleep(0)
    dyndns2.hold.set()
    await submitted
    assert flow.reason == "reconfigure_successful"
    assert dyndns2.records[NAS] == [IPV4_NEW, IPV6]


async def test_name_of_a_persons_own_is_kept(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """A name that is not the hostname stays when something else changes."""
    [subentry] = [item for item in entry.subentries.values() if item.unique_id == HOME]
    hass.config_entries.async_update_subentry(entry, subentry, title="My house")
    await hass.async_block_till_done(wait_background_tasks=True)
    flow = await Flow.change_hostname(hass, entry, HOME)
    await flow.submit(**flow.filled | {"ipv6": False})
    assert flow.reason == "reconfigure_successful"
    assert entry.subentries[subentry.subentry_id].title == "My house"


@pytest.mark.parametrize("whole_account", [False, True])
async def test_hostname_that_is_gone_meanwhile(
    hass: HomeAssistant, entry: MockConfigEntry, whole_account: bool
) -> None:
    """The form ends with a reason, not with an error of the server."""
    flow = await Flow.change_hostname(hass, entry, HOME)
    filled = flow.filled
    added = await Flow.add_hostname(hass, entry)
    if whole_account:
        await hass.config_entries.async_remove(entry.entry_id)
        await added.submit(hostname=NAS)
        assert added.reason == "hostname_gone"
    else:
        [subentry] = [
            item for item in entry.subentries.values() if item.unique_id == HOME
        ]
        hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await flow.submit(**filled)
    assert flow.reason == "hostname_gone"


async def test_account_that_reloads_meanwhile(
    hass: HomeAssistant,
    internet: Internet,
    dyndns2: Dyndns2Server,
    entry: MockConfigEntry,
) -> None:
    """A reload that waits for an update loses nothing of what was typed."""
    flow = await Flow.add_hostname(hass, entry)
    dyndns2.hold = asyncio.Event()
    update = hass.async_create_task(
        entry.runtime_data.async_publish(set(entry.subentries), Force.FORCE)
    )
    await dyndns2.asked(2)
    reload = hass.async_create_task(hass.config_entries.async_reload(entry.entry_id))
    while entry.state is ConfigEntryState.LOADED:
        await asyncio.sleep(0)
    submitted = hass.async_create_task(flow.submit(hostname=NAS))
    dyndns2.hold.set()
    await asyncio.gather(update, reload, submitted)
    assert flow.result["type"] == "create_entry"
    assert data_of(entry, NAS)["ipv4"] == "update"
