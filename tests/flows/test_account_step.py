"""The step that takes an account's settings: wrong ones, and providers on a bad day."""

from base64 import b64encode
from datetime import timedelta
from unittest.mock import patch

import pytest

from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.providers import load_provider
from custom_components.ddns_plus.core.providers.cloudflare import Cloudflare
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import InvalidData, UnknownStep
from scripts.demo.servers import DemoServers
from tests.flow_driver import Flow, typed
from tests.internet import IPV4, IPV6, Dyndns2Server
from tests.providers.fake_cloudflare import FakeCloudflare, Interjection, plain, refuse
from tests.providers.replay import never
from tests.texts import provider_text

TOKEN = "canary-token-4f1d9c2ab07e"
ZONE_ID = "0123456789abcdef0123456789abcdef"
PASSWORD = "canary-password-77"


def secret_of(server: DemoServers) -> str:
    """Return the key's secret as people type it."""
    return b64encode(server.secret).decode()


def signed(at: DemoServers, **changes: str) -> dict[str, object]:
    """Return what a person types to add an account at a DNS server."""
    return {
        "server": "127.0.0.1",
        "zone": "demo.test",
        "tsig_key_name": "demo-key",
        "tsig_secret": secret_of(at),
        "advanced": {"port": at.ports.dns},
        **changes,
    }


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"server_url": "example.com"}, {"server_url": "server_url_malformed"}),
        ({"server_url": "http://["}, {"server_url": "server_url_malformed"}),
        # no name: it cannot be decoded
        (
            {"server_url": "https://xn--nas.local/nic/update"},
            {"server_url": "server_url_malformed"},
        ),
        (
            {"server_url": "https://a:b@example.com/"},
            {"server_url": "server_url_has_credentials"},
        ),
        (
            {"server_url": "https://example.com/nic?hostname=a"},
            {"server_url": "server_url_has_query"},
        ),
        (
            {"server_url": "http://example.com/"},
            {"server_url": "server_url_http_public"},
        ),
        ({"allow_http": False}, {"server_url": "server_url_http_not_allowed"}),
        *(
            ({"server_url": f"https://{host}/"}, {"server_url": "server_url_bad_host"})
            for host in (
                "exa mple.org",
                "members..example.org",
                "1.2.3",
                "-a.example.org",
                f"{'a' * 64}.example.org",
                "a" * 300,
            )
        ),
        ({"username": "  "}, {"username": "required"}),
        (
            {"advanced": {"ipv6_parameter": "my ipv6"}},
            {"advanced": "ipv6_parameter_malformed"},
        ),
    ],
)
async def test_wrong_setting_is_named_and_corrected(
    hass: HomeAssistant,
    dyndns2: Dyndns2Server,
    wrong: dict[str, str | bool],
    errors: dict[str, str],
) -> None:
    """What was typed is still there, and the same flow goes on."""
    flow = await Flow.add(hass, "dyndns2")
    wrongly = typed(dyndns2, password=PASSWORD, **wrong)
    await flow.submit(**wrongly)
    assert flow.step == "account"
    assert flow.errors == errors
    assert {**flow.filled, "advanced": None} == {**wrongly, "advanced": None}
    await flow.submit(**typed(dyndns2))
    await flow.submit(hostnames=["home.example.com"])
    assert flow.entry.data["settings"]["server_url"] == dyndns2.url
    assert dyndns2.records == {"home.example.com": [IPV4, IPV6]}


UUID = "a7c4d0ad-114e-40ef-ba1d-d217904a50f2"


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    "pasted",
    [
        UUID,
        UUID.upper(),
        f" {UUID}\n",
        f'"{UUID}"',
        f"“{UUID}”",
        f"Bearer {UUID}",
        f'Authorization: Bearer "{UUID}"',
        f"token={UUID}",
        f"token: {UUID},",
    ],
)
async def test_what_was_copied_around_a_token(hass: HomeAssistant, pasted: str) -> None:
    """It is taken away."""
    flow = await Flow.add(hass, "duckdns")
    await flow.submit(token=pasted)
    assert flow.step == "hostnames"


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    "pasted",
    [
        "abc def",
        "abc",
        f"{UUID}0",
        f"{UUID[:-1]}😀",
        f"{UUID[:18]}\n{UUID[18:]}",
        "a" * 400,
    ],
)
async def test_what_is_no_token(hass: HomeAssistant, pasted: str) -> None:
    """It is told in the form, before any update."""
    flow = await Flow.add(hass, "duckdns")
    await flow.submit(token=pasted)
    assert flow.errors == {"token": "secret_malformed"}
    assert flow.filled == {"token": pasted}


@pytest.mark.usefixtures("public_services")
async def test_password_is_taken_as_it_is(
    hass: HomeAssistant, dyndns2: Dyndns2Server
) -> None:
    """A person may have chosen quotation marks, but no line break."""
    flow = await Flow.add(hass, "dyndns2")
    await flow.submit(**typed(dyndns2, password="a\nb"))
    assert flow.errors == {"password": "secret_has_line_break"}
    dyndns2.password = '"Bearer x"'
    await flow.submit(**typed(dyndns2))
    await flow.submit(hostnames=["home.example.com"])
    assert flow.entry.data["settings"]["password"] == '"Bearer x"'


@pytest.mark.parametrize(
    ("server", "error"),
    [
        ("127.0.0.1:53", "server_has_port"),
        ("[::1]:53", "server_has_port"),
        ("ns.example.com:53", "server_has_port"),
        ("a b", "server_malformed"),
        ("1.2.3", "server_malformed"),
    ],
)
async def test_server_with_a_port(hass: HomeAssistant, server: str, error: str) -> None:
    """The port has its own field, which is named."""
    flow = await Flow.add(hass, "rfc2136")
    await flow.submit(server=server)
    assert flow.errors == {"server": error}
    assert flow.placeholders["value"] == server


async def test_hostname_outside_the_zone_of_the_account(
    hass: HomeAssistant, connected: object, name_server: DemoServers
) -> None:
    """It is refused with the zone's name, and the example is in the zone."""
    flow = await Flow.add(hass, "rfc2136")
    # in brackets as in a URL
    await flow.submit(**signed(name_server, server="[127.0.0.1]"))
    assert flow.placeholders["example"] == "home.demo.test"
    await flow.submit(hostnames=["new.other.org"])
    assert flow.errors == {"hostnames": "hostname_not_in_zone"}
    assert flow.placeholders["zone"] == "demo.test"
    await flow.submit(hostnames=["new.demo.test"])
    assert flow.entry.data["settings"]["server"] == "127.0.0.1"
    entry = flow.entry
    flow = await Flow.add_hostname(hass, entry)
    await flow.submit(hostname="new.other.org")
    assert flow.errors == {"hostname": "hostname_not_in_zone"}
    flow = await Flow.reconfigure(hass, entry)
    await flow.submit(**flow.filled | {"zone": "other.org"})
    assert flow.errors == {"zone": "hostname_not_in_zone"}
    assert flow.placeholders["value"] == "new.demo.test"


async def test_secret_may_be_missing_only_where_it_is_optional(
    hass: HomeAssistant, dyndns2: Dyndns2Server
) -> None:
    """A client that leaves out what the form demands is told so at once."""
    flow = await Flow.add(hass, "dyndns2")
    with pytest.raises(InvalidData):
        await flow.submit(server_url=dyndns2.url, username="somebody", allow_http=True)


@pytest.mark.usefixtures("connected")
async def test_wrong_token(hass: HomeAssistant, cloudflare: FakeCloudflare) -> None:
    """The provider itself refuses a token, and one that reaches nothing is of no use."""
    cloudflare.add_token(TOKEN)
    flow = await Flow.add(hass, "cloudflare")
    await flow.submit(api_token="canary token")
    assert flow.errors == {"api_token": "api_token_malformed"}
    assert "canary" not in str(flow.result)
    await flow.submit(api_token="canary-of-somebody-else")
    assert flow.errors == {"base": "invalid_credentials"}
    assert flow.placeholders["provider"] == "Cloudflare"
    assert "canary" not in str(flow.result)
    await flow.submit(api_token=TOKEN)
    assert flow.errors == {"api_token": "invalid_field"}
    cloudflare.add_zone("example.com")
    await flow.submit(api_token=TOKEN)
    assert flow.step == "hostnames"
    assert flow.placeholders["example"] == "home.example.com"
    await flow.submit(hostnames=["home.example.com"])
    assert TOKEN not in str(flow.entry.unique_id)
    assert flow.entry.title == "Cloudflare"


@pytest.mark.usefixtures("connected")
async def test_zone_of_a_token_that_lists_none(
    hass: HomeAssistant, cloudflare: FakeCloudflare
) -> None:
    """Both halves of a zone are needed, and they must belong together."""
    cloudflare.add_token(TOKEN, lists_zones=False)
    zone = cloudflare.add_zone("example.com")
    flow = await Flow.add(hass, "cloudflare")
    for section, error in (
        ({"zone": "example.com"}, "zone_id_missing"),
        ({"zone_id": ZONE_ID}, "zone_missing"),
        ({"zone": "example.com", "zone_id": "mine"}, "zone_id_malformed"),
        ({"zone": "me@example.com", "zone_id": zone.id}, "hostname_is_email"),
        ({"zone": "example.com", "zone_id": ZONE_ID}, "invalid_field"),
    ):
        await flow.submit(api_token=TOKEN, advanced=section)
        assert flow.errors == {"advanced": error}, section
        assert flow.filled == {"api_token": TOKEN, "advanced": section}
    await flow.submit(
        api_token=TOKEN, advanced={"zone": " Example.COM. ", "zone_id": zone.id}
    )
    assert flow.step == "hostnames"
    await flow.submit(hostnames=["home.example.com"])
    assert flow.entry.unique_id == "cloudflare:example.com"


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (plain(200, "<html>Log in</html>"), "unexpected_response"),
        (plain(200, ""), "unexpected_response"),
        (plain(200, '{"success": true}', "application/json"), "unexpected_response"),
        (plain(500, "<h1>Oops</h1>"), "unavailable"),
        (refuse(429, 971, "Slow down", {"Retry-After": "60"}), "rate_limited"),
        (never, "unavailable"),
    ],
    ids=["html", "nothing", "no result", "500", "429", "never"],
)
async def test_provider_on_a_bad_day(
    hass: HomeAssistant,
    cloudflare: FakeCloudflare,
    monkeypatch: pytest.MonkeyPatch,
    answer: Interjection,
    error: str,
) -> None:
    """The form says what happened, and works as soon as the provider does."""
    limits = HttpClient.__init__.__kwdefaults__
    monkeypatch.setitem(limits, "timeout", timedelta(milliseconds=500))
    cloudflare.add_token(TOKEN)
    cloudflare.add_zone("example.com")
    cloudflare.interject("GET /zones", answer)
    flow = await Flow.add(hass, "cloudflare")
    await flow.submit(api_token=TOKEN)
    assert flow.errors == {"base": error}
    assert TOKEN not in str(flow.result)
    await flow.submit(api_token=TOKEN)
    assert flow.step == "hostnames"


async def test_account_can_be_added_when_it_lists_nothing(
    hass: HomeAssistant, cloudflare: FakeCloudflare
) -> None:
    """What an account offers is a help, not a condition."""

    async def as_always(_: object) -> None:
        return None

    cloudflare.add_token(TOKEN)
    cloudflare.add_zone("example.com")
    cloudflare.interject("GET /zones$", as_always, plain(500, "Oops"))
    flow = await Flow.add(hass, "cloudflare")
    await flow.submit(api_token=TOKEN)
    assert flow.step == "hostnames"
    assert flow.filled == {"hostnames": [""]}


async def test_fault_of_a_provider_tells_no_secret(
    hass: HomeAssistant, cloudflare: FakeCloudflare, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake in a provider's code is not the person's, and is not told with secrets."""
    flow = await Flow.add(hass, "cloudflare")
    with patch.object(Cloudflare, "verify", side_effect=RuntimeError(TOKEN)):
        await flow.submit(api_token=TOKEN)
    assert flow.errors == {"base": "unknown"}
    assert flow.placeholders["error_code"].startswith("RuntimeError in ")
    assert "Cloudflare cannot be checked: RuntimeError in " in caplog.text
    assert TOKEN not in caplog.text
    cloudflare.add_token(TOKEN)
    cloudflare.add_zone("example.com")
    await flow.submit(api_token=TOKEN)
    assert flow.step == "hostnames"


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"server": "http://ns"}, {"server": "server_malformed"}),
        ({"zone": "*.demo.test"}, {"zone": "zone_is_wildcard"}),
        ({"zone": "demo"}, {"zone": "hostname_not_qualified"}),
        ({"tsig_key_name": "demo key"}, {"tsig_key_name": "tsig_key_name_malformed"}),
        ({"tsig_key_name": ""}, {"tsig_key_name": "tsig_key_name_missing"}),
        ({"tsig_secret": "?"}, {"tsig_secret": "tsig_secret_not_base64"}),
        ({"tsig_secret": ""}, {"tsig_secret": "tsig_secret_missing"}),
        ({"tsig_key_name": "another"}, {"base": "invalid_credentials"}),
        ({"tsig_secret": "Y2FuYXJ5"}, {"base": "invalid_credentials"}),
        ({"zone": "another.test"}, {"zone": "invalid_field"}),
    ],
)
async def test_name_server(
    hass: HomeAssistant,
    name_server: DemoServers,
    wrong: dict[str, str],
    errors: dict[str, str],
) -> None:
    """Server, zone and both halves of the key must be right."""
    flow = await Flow.add(hass, "rfc2136")
    await flow.submit(**signed(name_server, **wrong))
    assert flow.errors == errors
    assert flow.filled["server"] == {"server": "127.0.0.1", **wrong}["server"]
    await flow.submit(**signed(name_server))
    await flow.submit(hostnames=["home.demo.test"], advanced={"ttl": 60})
    assert flow.entry.unique_id == "rfc2136:127.0.0.1:demo.test"
    [subentry] = flow.entry.subentries.values()
    assert subentry.data["settings"] == {"ttl": 60}
    held = {str(data) for *_, data in name_server.zone.records()}
    assert {IPV4, IPV6} <= held


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("provider", "word", "check"),
    [
        ("ovh_dynhost", " (DynHost password)", "one hostname is updated at once"),
        ("digitalocean", " (personal access token)", "is checked right away"),
        # what every service calls the same needs no second word
        ("duckdns", "", "one hostname is updated at once"),
        ("custom", "", "you can have it tried"),
    ],
)
async def test_form_speaks_of_credentials_as_the_provider_does(
    hass: HomeAssistant, provider: str, word: str, check: str
) -> None:
    """Where they are, what they are called there, and when it turns out if they are right."""
    flow = await Flow.add(hass, provider)
    info = load_provider(provider).info
    secret = next(field.key for field in info.fields if field.secret)
    assert flow.placeholders[f"called_{secret}"] == word
    assert flow.placeholders["credentials_help"] == provider_text(
        provider, "credentials_help"
    )
    assert flow.placeholders["credentials_url"] == info.credentials_url
    assert check in flow.placeholders["check"]
    assert provider_text(provider, "notes") in flow.placeholders["check"]


@pytest.mark.usefixtures("connected")
async def test_key_of_a_hostname_is_explained_where_it_is_asked_for(
    hass: HomeAssistant,
) -> None:
    """Also in the step for hostnames, but only if they have credentials of their own."""
    flow = await Flow.add(hass, "he")
    help_text = provider_text("he", "credentials_help")
    assert flow.step == "hostnames"
    assert flow.placeholders["credentials_help"] == help_text != ""
    assert flow.placeholders["called_update_key"] == " (DDNS key)"
    flow = await Flow.add(hass, "duckdns")
    await flow.submit(token="a7c4d0ad-114e-40ef-ba1d-d217904a50f2")
    assert flow.placeholders["credentials_help"] == ""


@pytest.mark.parametrize(
    "step_id",
    [
        "account",
        "hostnames",
        "save_account",
        "try_account",
        "trial",
        "trial_succeeded",
        "trial_failed",
        "change_settings",
    ],
)
async def test_later_steps_cannot_come_first(hass: HomeAssistant, step_id: str) -> None:
    """A step that needs the result of an earlier one does not start a flow."""
    with pytest.raises(UnknownStep):
        await hass.config_entries.flow.async_init(DOMAIN, context={"source": step_id})
