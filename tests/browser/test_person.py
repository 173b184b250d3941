"""A person sets DDNS Plus up, looks at it, and changes it."""

import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
import re

from playwright.async_api import BrowserContext, expect
import pytest

from scripts.demo.dns_server import KEY_NAME
from scripts.demo.set_up import DOMAIN, _flows, behind
from scripts.demo.state import Family

from .conftest import Demo
from .line import NAME
from .person import Person

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HOSTNAME, OTHER_HOSTNAME = "home.demo.test", "nas.demo.test"
PHONE = 390, 844
IMAGES = Path(__file__).parents[2] / "docs" / "images"


async def begin_account(person: Person, provider: str) -> None:
    """Open the form of an account at a provider."""
    await person.open_integration()
    await person.click("Add account")
    await person.choose("Provider", provider)
    await person.click("Submit")


async def fill_account(person: Person, demo: Demo, *, secret: str) -> None:
    """Fill the form of an account at the demo's DNS server in."""
    await person.fill("Name server", "127.0.0.1")
    await person.fill("Zone", "demo.test")
    await person.fill("TSIG key name", KEY_NAME.rstrip("."))
    await person.fill("TSIG secret", secret)
    await person.unfold("More settings")
    await person.fill_number("Port", demo.servers.ports.dns)


def right_secret(demo: Demo) -> str:
    """Return the secret that the demo's DNS server knows."""
    return base64.b64encode(demo.servers.secret).decode()


async def ensure_account(demo: Demo) -> None:
    """Add the account, for a test that is run alone."""
    entries = await demo.home_assistant.websocket(
        {"type": "config_entries/get", "domain": DOMAIN}
    )
    if len(entries) == 1:
        await demo.home_assistant.run_flow(DOMAIN, _flows(demo.servers)[1])


@asynccontextmanager
async def without_connection(demo: Demo) -> AsyncGenerator[None]:
    """Disable the connection for a while."""
    api = demo.home_assistant
    entries = await api.websocket({"type": "config_entries/get", "domain": DOMAIN})
    [entry_id] = [each["entry_id"] for each in entries if each["title"] == NAME]
    change = {"type": "config_entries/disable", "entry_id": entry_id}
    await api.websocket({**change, "disabled_by": "user"})
    yield
    await api.websocket({**change, "disabled_by": None})


async def test_wrong_secret(demo: Demo, person: Person) -> None:
    """A wrong secret is told in the form, where everything that was typed still stands."""
    await begin_account(person, "RFC 2136")
    await fill_account(person, demo, secret="d3Jvbmc=")
    await person.picture("filled")
    await person.click("Submit")
    await person.sees_error("refused these credentials")
    await person.picture("refused")
    await person.sees_typed("Name server", "127.0.0.1")
    await person.sees_typed("Zone", "demo.test")
    await person.sees_typed("TSIG key name", KEY_NAME.rstrip("."))
    await person.sees_typed("TSIG secret", "d3Jvbmc=")

    await person.fill("TSIG secret", right_secret(demo))
    await person.click("Submit")
    await person.sees("Which hostnames shall follow")


async def test_add_account(demo: Demo, person: Person) -> None:
    """An account is added by clicking; its hostname's page shows what is published."""
    await person.go_to("/config/dashboard")
    await person.page.get_by_text("Devices & services").first.click()
    await person.click("Add integration")
    await person.page.get_by_placeholder("Search for a brand name").fill("ddns")
    await person.picture("brands")
    await person.page.get_by_text("DDNS Plus").last.click()
    await person.sees("Who runs the DNS records of your hostnames?")
    await person.choose("Provider", "BIND")
    chosen = person.page.get_by_role("button", name="Provider")
    await expect(chosen).to_contain_text("RFC 2136")
    await person.picture("provider")
    await person.click("Submit")
    await fill_account(person, demo, secret=right_secret(demo))
    await person.click("Submit")

    await person.sees("Which hostnames shall follow")
    await person.fill("Hostname", f"me@{HOSTNAME}")
    await person.page.get_by_role("button", name="Add Hostname").click()
    await person.fill("Hostname", OTHER_HOSTNAME, number=1)
    await person.picture("hostnames")
    await person.click("Submit")
    await person.sees_error("is an email address")
    await person.picture("no_hostname")
    await person.sees_typed("Hostname", OTHER_HOSTNAME, number=1)
    # the name in a URL is taken as it is meant
    await person.fill("Hostname", f"http://{HOSTNAME}/")
    await person.click("Submit")
    await person.picture("devices")
    await person.click("Skip and finish")

    await person.open_integration()
    await person.picture("integration")
    await person.page.get_by_text(HOSTNAME).last.click()
    for family, address in demo.servers.state.addresses.items():
        await person.sees_value(f"Published {family.label}", str(address))
    await person.picture("device")
    assert not [each for each in behind(demo.servers) if "dyndns" not in each]


async def test_address_change(
    demo: Demo,
    person: Person,
    context: BrowserContext,
    request: pytest.FixtureRequest,
) -> None:
    """A hostname's page follows the address that is changed on the demo's page."""
    await ensure_account(demo)
    await person.page.set_viewport_size({"width": 1536, "height": 1200})
    await person.open_integration()
    await person.page.get_by_text(HOSTNAME).last.click()
    await person.sees("Up to date")
    await person.picture("before")
    if request.config.getoption("documentation_images"):
        await take_cards(person, IMAGES / "device.png")

    page = await context.new_page()
    await page.goto(demo.servers.page_url)
    state = demo.servers.state
    old = state.addresses[Family.IPV4]
    await page.get_by_role("button", name="New IPv4").click()
    while state.addresses[Family.IPV4] == old:
        await state.news(state.version)
    address = str(state.addresses[Family.IPV4])
    record = page.get_by_role("row", name=re.compile(rf"^{re.escape(HOSTNAME)} A "))
    await expect(record).to_contain_text(address)
    await page.screenshot(path=person.pictures / "demo_page.png", full_page=True)

    await person.page.bring_to_front()
    await person.sees_value("Published IPv4", address)
    await person.sees_value(HOSTNAME, "Up to date")
    await person.picture("after")


async def take_cards(person: Person, path: Path) -> None:
    """Take a picture of a device's page without the side bar and what is below its cards."""
    page = person.page.locator("ha-config-device-page")
    area = await page.bounding_box()
    assert area is not None
    bottoms = [
        box["y"] + box["height"]
        for card in await page.locator("ha-card").all()
        if (box := await card.bounding_box()) is not None
    ]
    area["height"] = max(bottoms) + 24 - area["y"]
    await person.page.screenshot(path=path, clip=area, animations="disabled")


async def test_change_hostname(demo: Demo, person: Person) -> None:
    """A hostname that is changed is published anew."""
    await ensure_account(demo)
    await person.open_integration()
    await person.click("Change hostname")
    await person.sees_typed("Hostname", HOSTNAME)
    await person.unfold("More settings")
    await person.fill_number("TTL", 90)
    await person.picture("form")
    await person.click("Submit")
    await person.sees("successful")
    await person.picture("done")

    def ttls() -> set[int]:
        return {
            ttl
            for name, ttl, _, _ in demo.servers.zone.records()
            if name.to_text(omit_final_dot=True) == HOSTNAME
        }

    while ttls() != {90}:
        await demo.servers.state.news(demo.servers.state.version)


async def test_connection_options(demo: Demo, person: Person) -> None:
    """The options of the connection tell what is wrong with them, and are kept."""
    await person.open_integration()
    await person.click("Configure")
    await person.unfold("Sources")
    await person.unfold("Checking")
    await person.picture("form")
    seconds = person.page.get_by_role("spinbutton", name="ss")
    await seconds.fill("1")
    await person.click("Submit")
    await person.sees_error("at least 5 seconds")
    await person.picture("too_short")
    await expect(seconds).to_have_value("01")
    await seconds.fill("6")
    await person.click("Submit")
    # no person is asked for that
    await person.sees("Options successfully saved")
    await person.picture("done")


async def test_edit_source(demo: Demo, person: Person) -> None:
    """What is set of one's own source can be read."""
    await person.open_integration()
    await person.click("Configure")
    await person.unfold("Sources")
    await person.click("Edit")
    await person.sees_typed("URL", demo.servers.echo_urls[0].url)
    family = person.page.get_by_role("button", name="Family")
    await expect(family).to_contain_text("IPv4")
    await person.picture("form")


async def test_refused_password(demo: Demo, person: Person) -> None:
    """An account that is refused asks for attention; a new password is tried at once."""
    *_, (user, (step, account), hostnames) = _flows(demo.servers)
    wrong = (step, {**account, "password": "wrong"})
    # nothing can be tried while no address is known
    async with without_connection(demo):
        await demo.home_assistant.run_flow(DOMAIN, (user, wrong, hostnames))
    await person.look_on(1280, 900)
    await person.open_integration()
    await person.sees("Needs attention")
    await person.picture("attention")
    await person.click("Reconfigure")
    await person.fill("Password", "wrong again")
    await person.click("Submit")
    await person.sees_error("refused these credentials")
    await person.picture("refused_again")
    await person.look_on(*PHONE)
    await person.picture("refused_again_on_phone")
    await person.look_on(1280, 900)
    await person.sees_typed("Password", "wrong again")
    await person.fill("Password", demo.servers.password)
    await person.click("Submit")
    await person.sees("took an update of")
    await person.picture("accepted")
    await person.click("Close", last=True)
    await person.page.get_by_text("home.dyndns.demo.test").last.click()
    address = str(demo.servers.state.addresses[Family.IPV4])
    await person.sees_value("Published IPv4", address)
    await person.sees("Up to date")
    await person.picture("device")
