"""Trying an account's settings: one real update that a person sees the answer of."""

from collections.abc import AsyncGenerator
import json
from typing import Any, Self

from aiohttp import web
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry, account_at
from tests.flow_driver import Flow
from tests.internet import CANARY, IPV4, IPV6, Internet, Server

HOSTNAME = "home.example.com"


class CustomService:
    """A service that is like no other; `said` is what it answers."""

    def __init__(self) -> None:
        """Accept all updates at first."""
        self.said = "good"
        self.status = 200
        self.requests: list[tuple[str, str, str]] = []
        self._server = Server(self._answer, "127.0.0.1")

    async def __aenter__(self) -> Self:
        """Start."""
        await self._server.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self._server.__aexit__()

    @property
    def url(self) -> str:
        """Return where it takes updates."""
        return f"http://127.0.0.1:{self._server.ports['127.0.0.1']}/set"

    def typed(self, **changes: Any) -> dict[str, Any]:
        """Return what a person fills in."""
        return {
            "url": f"{self.url}?host={{hostname}}&ip={{address}}",
            "method": "post",
            "token": CANARY,
            "authentication": "bearer",
            "body": f'{{"key": "{CANARY}", "ttl": {{ttl}}}}',
            "success": "^good",
            "allow_http": True,
            **changes,
        }

    async def _answer(self, request: web.Request) -> web.Response:
        self.requests.append((request.method, request.path_qs, await request.text()))
        text = self.said.replace("{sent}", f"{dict(request.headers)}{request.path_qs}")
        return web.Response(text=text, status=self.status)


@pytest.fixture
async def service(loopback: None) -> AsyncGenerator[CustomService]:
    """Return the service."""
    async with CustomService() as running:
        yield running


async def begin(hass: HomeAssistant, service: CustomService, **changes: Any) -> Flow:
    """Fill in the account."""
    flow = await Flow.add(hass, "custom")
    assert flow.step == "account"
    return await flow.submit(**service.typed(**changes))


def shown(flow: Flow) -> str:
    """Return all texts shown, without the values typed."""
    return json.dumps(dict(flow.placeholders))


@pytest.mark.usefixtures("connected", "no_secret_in_log")
async def test_one_real_update(hass: HomeAssistant, service: CustomService) -> None:
    """The present address is sent once, and what came of it is shown."""
    flow = await begin(hass, service)
    assert flow.step == "try_account"
    assert service.requests == []
    await flow.choose("trial")
    service.said = "good {sent}"
    await flow.submit(hostname="Home.Example.com", family="ipv4")
    assert flow.step == "trial_succeeded"
    assert service.requests == [
        ("POST", f"/set?host={HOSTNAME}&ip={IPV4}", f'{{"key": "{CANARY}"}}')
    ]
    assert flow.placeholders["method"] == "POST"
    assert flow.placeholders["url"] == f"{service.url}?host={HOSTNAME}&ip={IPV4}"
    assert flow.placeholders["status"] == "200"
    assert flow.placeholders["answer"].startswith("good {")
    assert CANARY not in shown(flow)
    await flow.choose("hostnames")
    assert flow.filled == {"hostnames": ["Home.Example.com"]}
    await flow.submit(**flow.filled, ipv6=False)
    assert CANARY not in flow.entry.title + str(flow.entry.unique_id)
    assert len(service.requests) == 2


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"url": "https://dyn.example.net/?ip={addres}"}, "url", "{addres}"),
        ({"headers": "X-Key: {my key}"}, "headers", "{my key}"),
        ({"body": '{"a": "{ipv5}"}'}, "body", "{ipv5}"),
    ],
)
async def test_word_that_is_no_placeholder_is_named(
    hass: HomeAssistant,
    service: CustomService,
    changes: dict[str, str],
    field: str,
    word: str,
) -> None:
    """An example of a URL is in the help."""
    flow = await begin(hass, service, **changes)
    assert flow.errors == {field: "placeholder_unknown"}
    assert flow.placeholders["value"] == word
    assert "?host={hostname}&ip={address}" in flow.placeholders["example_url"]


@pytest.mark.usefixtures("connected")
async def test_trial_can_be_skipped(
    hass: HomeAssistant, service: CustomService
) -> None:
    """Nothing is sent before there is an account."""
    flow = await begin(hass, service)
    await flow.choose("hostnames")
    assert service.requests == []
    await flow.submit(hostnames=[HOSTNAME])
    assert [request[1] for request in service.requests] == [
        f"/set?host={HOSTNAME}&ip={IPV4}",
        f"/set?host={HOSTNAME}&ip={IPV6.replace(':', '%3A')}",
    ]


@pytest.mark.usefixtures("connected", "no_secret_in_log")
async def test_failure_is_shown_and_recovered_from(
    hass: HomeAssistant, service: CustomService
) -> None:
    """What was typed is still there, be it the settings or the trial."""
    flow = await begin(hass, service)
    await flow.choose("trial")
    service.said = "no [link](https://evil.example) `code` <b>{sent}"
    await flow.submit(hostname=HOSTNAME, family="ipv6")
    assert flow.step == "trial_failed"
    assert flow.placeholders["error_code"] == "unknown_answer"
    for key in ("answer", "error_detail"):
        # nothing ends the quotation marks of code
        assert "`" not in flow.placeholders[key]
        assert "<b>" not in flow.placeholders[key]
    assert CANARY not in shown(flow)

    service.status = 401
    await flow.choose("trial")
    assert flow.filled == {"hostname": HOSTNAME, "family": "ipv6"}
    await flow.submit(**flow.filled)
    assert flow.step == "trial_failed"
    assert flow.placeholders["error_code"] == "http_401"

    await flow.choose("change_settings")
    assert flow.step == "account"
    assert flow.filled["success"] == "^good"
    service.said, service.status = "fine", 200
    await flow.submit(**service.typed(success="^fine"))
    await flow.choose("trial")
    await flow.submit(hostname=HOSTNAME, family="ipv6")
    assert flow.step == "trial_succeeded"
    assert len(service.requests) == 3
    await flow.choose("hostnames")
    await flow.submit(hostnames=[HOSTNAME])
    assert flow.entry.data["settings"]["success"] == "^fine"


@pytest.mark.usefixtures("connected")
async def test_server_that_cannot_be_reached(
    hass: HomeAssistant, service: CustomService
) -> None:
    """There is an address that was asked, but no status and no answer."""
    typed = service.typed(url="http://127.0.0.1:1/{address}")
    flow = await Flow.add(hass, "custom")
    await flow.submit(**typed)
    await flow.choose("trial")
    await flow.submit(hostname=HOSTNAME, family="ipv4")
    assert flow.step == "trial_failed"
    assert flow.placeholders["error_code"] == "cannot_connect"
    assert flow.placeholders["status"] == flow.placeholders["answer"] == "–"


@pytest.mark.usefixtures("connected")
async def test_wrong_input_is_named_and_sends_nothing(
    hass: HomeAssistant, service: CustomService
) -> None:
    """Each mistake stands at its field, and can be corrected."""
    flow = await begin(hass, service, url=f"{service.url}/{{label}}?ip={{address}}")
    await flow.choose("trial")
    for typed, errors in (
        ({"hostname": "home"}, {"hostname": "hostname_not_qualified"}),
        ({"address": "everywhere"}, {"address": "trial_address_malformed"}),
        ({"address": IPV6}, {"address": "trial_address_malformed"}),
        ({"address": "192.168.1.1"}, {"address": "trial_address_malformed"}),
        ({"advanced": {"zone": "a b"}}, {"advanced": "hostname_has_blanks"}),
        # what only the request tells
        ({}, {"advanced": "zone_needed"}),
        ({"advanced": {"zone": "example.org"}}, {"advanced": "hostname_outside_zone"}),
    ):
        await flow.submit(**{"hostname": HOSTNAME, "family": "ipv4", **typed})
        assert flow.step == "trial"
        assert flow.errors == errors
    assert service.requests == []
    await flow.submit(
        hostname=HOSTNAME,
        family="ipv4",
        address="93.184.216.34",
        advanced={"zone": "example.com", "ttl": 60},
    )
    assert flow.step == "trial_succeeded"
    assert service.requests == [
        ("POST", "/set/home?ip=93.184.216.34", f'{{"key": "{CANARY}", "ttl": 60}}')
    ]


@pytest.mark.usefixtures("connected")
async def test_hostname_needs_what_the_request_has_a_place_for(
    hass: HomeAssistant, service: CustomService
) -> None:
    """A zone and a TTL are asked for when the hostname is entered, now and later."""
    flow = await begin(
        hass, service, url=f"{service.url}/{{zone}}/{{label}}/{{ttl}}?ip={{address}}"
    )
    await flow.choose("hostnames")
    for advanced, error in (
        ({"ttl": 60}, "zone_needed"),
        ({"zone": "example.org", "ttl": 60}, "hostname_outside_zone"),
        ({"zone": "example.com"}, "ttl_needed"),
    ):
        await flow.submit(hostnames=[HOSTNAME], ipv6=False, advanced=advanced)
        assert flow.errors == {"advanced": error}
        assert flow.placeholders["value"] == HOSTNAME
    assert service.requests == []
    whole = {"zone": "example.com", "ttl": 60}
    await flow.submit(hostnames=[HOSTNAME], ipv6=False, advanced=whole)
    assert [path for _, path, _ in service.requests] == [
        f"/set/example.com/home/60?ip={IPV4}"
    ]
    flow = await Flow.change_hostname(hass, flow.entry, HOSTNAME)
    await flow.submit(hostname=HOSTNAME, ipv6=False, advanced={"ttl": 60})
    assert flow.errors == {"advanced": "zone_needed"}
    await flow.submit(hostname=HOSTNAME, ipv6=False, advanced=whole)
    assert flow.reason == "reconfigure_successful"


@pytest.mark.usefixtures("public_services")
async def test_very_first_account(
    hass: HomeAssistant, internet: Internet, service: CustomService
) -> None:
    """There is no connection yet: the address is looked for as the first one would."""
    internet.go_offline()
    flow = await begin(hass, service)
    await flow.choose("trial")
    await flow.submit(hostname=HOSTNAME, family="ipv6")
    assert flow.errors == {"address": "trial_address_unknown"}
    internet.ipv4 = IPV4
    await flow.submit(hostname=HOSTNAME, family="ipv4")
    assert flow.step == "trial_succeeded"
    asked = len(internet.requests)
    await flow.choose("trial")
    await flow.submit(hostname=HOSTNAME, family="ipv6", address=IPV6)
    assert flow.step == "trial_succeeded"
    assert len(internet.requests) == asked
    assert [request[1] for request in service.requests] == [
        f"/set?host={HOSTNAME}&ip={IPV4}",
        f"/set?host={HOSTNAME}&ip={IPV6.replace(':', '%3A')}",
    ]


async def test_connection_that_does_not_know(
    hass: HomeAssistant,
    internet: Internet,
    service: CustomService,
    add_entry: AddEntry,
    connection_entry: MockConfigEntry,
) -> None:
    """Only the connection is asked; without an answer, an address must be typed."""
    internet.go_offline()
    await add_entry(connection_entry)
    flow = await begin(hass, service)
    asked = len(internet.requests)
    await flow.choose("trial")
    await flow.submit(hostname=HOSTNAME, family="ipv6")
    assert flow.errors == {"address": "trial_address_unknown"}
    assert len(internet.requests) == asked
    await flow.submit(hostname=HOSTNAME, family="ipv6", address=IPV6)
    assert flow.step == "trial_succeeded"


@pytest.mark.usefixtures("connected")
async def test_both_addresses_in_one_request(
    hass: HomeAssistant, service: CustomService
) -> None:
    """One request, as the account has it; an address that is typed is of one family."""
    flow = await begin(
        hass,
        service,
        url=f"{service.url}?a={{ipv4}}&b={{ipv6}}",
        advanced={"address_mode": "both_in_one"},
    )
    await flow.choose("trial")
    both = {"hostname": HOSTNAME, "family": "both"}
    await flow.submit(**both, address=IPV4)
    assert flow.errors == {"address": "trial_address_for_both"}
    await flow.submit(**both)
    assert flow.step == "trial_succeeded"
    [(_, path, _)] = service.requests
    assert path == f"/set?a={IPV4}&b={IPV6.replace(':', '%3A')}"


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"url": "https://{hostname}/?a={address}"}, {"url": "placeholder_in_host"}),
        ({"headers": "X-Key {token}"}, {"headers": "headers_malformed"}),
        ({"body": "{address}"}, {"body": "placeholder_outside_quotes"}),
        ({"success": "("}, {"success": "pattern_malformed"}),
        ({"authentication": "none"}, {"token": "credential_not_used"}),
        ({"advanced": {"unchanged": "("}}, {"advanced": "pattern_malformed"}),
    ],
)
async def test_wrong_setting_is_named_and_corrected(
    hass: HomeAssistant,
    service: CustomService,
    wrong: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """Before anything is tried."""
    flow = await begin(hass, service, **wrong)
    assert flow.step == "account"
    assert flow.errors == errors
    await flow.submit(**service.typed())
    assert flow.step == "try_account"


@pytest.mark.usefixtures("connected")
async def test_changed_account_is_tried_before_it_is_saved(
    hass: HomeAssistant, service: CustomService, add_entry: AddEntry
) -> None:
    """Empty secrets keep the stored ones, except a useless one."""
    settings = service.typed(headers=f"X-Key: {CANARY}")
    entry = await add_entry(account_at("custom", settings, HOSTNAME))
    service.requests.clear()
    flow = await Flow.reconfigure(hass, entry)
    assert not {"token", "headers", "body"} & set(flow.filled)
    changed = {
        key: value
        for key, value in service.typed(authentication="none").items()
        if key not in ("token", "body")
    }
    await flow.submit(**changed)
    assert flow.step == "try_account"
    await flow.choose("trial")
    await flow.submit(hostname=HOSTNAME, family="ipv4")
    assert flow.step == "trial_succeeded"
    assert entry.data["settings"] == settings
    await flow.choose("change_settings")
    assert flow.step == "reconfigure"
    await flow.submit(**changed)
    await flow.choose("save_account")
    assert flow.reason == "reconfigure_successful"
    kept = {key: entry.data["settings"].get(key) for key in ("headers", "body")}
    assert kept == {key: settings[key] for key in kept}
    assert "token" not in entry.data["settings"]


@pytest.mark.usefixtures("connected")
async def test_headers_and_body_are_emptied(
    hass: HomeAssistant, service: CustomService, add_entry: AddEntry
) -> None:
    """What is stored is not shown, so that emptying it is a choice of its own."""
    settings = service.typed(headers=f"X-Key: {CANARY}")
    entry = await add_entry(account_at("custom", settings, HOSTNAME))
    flow = await Flow.reconfigure(hass, entry)
    assert "remove" in flow.fields
    shown_ones = {key: settings[key] for key in ("url", "success", "allow_http")}
    changed = {**shown_ones, "method": "get", "authentication": "bearer"}
    # a required secret stays, and the choice is still shown
    await flow.submit(**changed, remove=["headers", "token"])
    assert flow.errors == {"token": "required"}
    assert flow.filled["remove"] == ["headers", "token"]
    await flow.submit(**changed, remove=["headers", "body"])
    await flow.choose("save_account")
    assert flow.reason == "reconfigure_successful"
    assert not {"headers", "body", "remove"} & set(entry.data["settings"])
    assert entry.data["settings"]["token"] == CANARY
    # only stored secrets can be removed
    flow = await Flow.reconfigure(hass, entry)
    await flow.submit(**changed, headers="X-Key: 1", remove=["token"], token="t0ken")
    await flow.choose("save_account")
    assert entry.data["settings"]["headers"] == "X-Key: 1"
    assert entry.data["settings"]["token"] == "t0ken"


async def test_nothing_to_empty(hass: HomeAssistant, service: CustomService) -> None:
    """A new account has nothing stored."""
    flow = await Flow.add(hass, "custom")
    assert "remove" not in flow.fields


@pytest.mark.usefixtures("connected")
async def test_new_credentials_are_all_that_is_asked_for(
    hass: HomeAssistant, service: CustomService, add_entry: AddEntry
) -> None:
    """The request itself stays as it is."""
    service.status = 401
    entry = await add_entry(account_at("custom", service.typed(), HOSTNAME))
    [progress] = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    hass.config_entries.flow.async_abort(progress["flow_id"])
    flow = await Flow.reauthenticate(hass, entry)
    assert flow.fields == {"password", "token", "headers", "body"}
    service.status = 200
    await flow.submit(token="another")
    assert flow.reason == "update_succeeded"
    assert entry.data["settings"] == service.typed(token="another")
