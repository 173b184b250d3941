"""A person sees what is wrong in a form, on a screen and on a phone, and what to choose."""

import asyncio
import re

from playwright.async_api import expect
import pytest

from scripts.demo.dyndns2_server import USERNAME
from scripts.demo.set_up import DOMAIN, _flows

from .conftest import Demo
from .line import NAME, Line, close_repair, open_repair
from .person import Person
from .test_person import begin_account, fill_account, right_secret

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SCREENS = {"screen": (1280, 900), "phone": (390, 844)}
screens = pytest.mark.parametrize("screen", SCREENS)


async def sees_within_the_window(person: Person, text: str) -> None:
    """Wait until an error can be read without scrolling, above the form or in place."""
    errors = person.page.locator("ha-alert").filter(has_text=text)
    window = person.page.viewport_size
    assert window is not None
    async with asyncio.timeout(30):
        while True:
            boxes = [await each.bounding_box() for each in await errors.all()]
            if any(
                box and box["y"] >= 0 and box["y"] + box["height"] <= window["height"]
                for box in boxes
            ):
                return
            await asyncio.sleep(0.05)


@screens
async def test_error_in_a_section(demo: Demo, person: Person, screen: str) -> None:
    """It is in sight, names the field, and the section is open."""
    await person.look_on(*SCREENS[screen])
    await begin_account(person, "RFC 2136")
    await fill_account(person, demo, secret=right_secret(demo))
    await person.fill_number("Port", -1)
    await person.click("Submit")
    await person.sees("More settings > Port: “-1” is no port")
    await sees_within_the_window(person, "“-1” is no port")
    section = person.page.get_by_role("button", name="More settings", exact=True)
    await expect(section).to_have_attribute("aria-expanded", "true")
    await person.picture("port")
    port = person.page.get_by_role("spinbutton", name="Port")
    await port.scroll_into_view_if_needed()
    await expect(port).to_have_value("-1")
    await person.picture("below")
    await person.fill_number("Port", demo.servers.ports.dns)
    await person.click("Submit")
    await person.sees("Which hostnames shall follow")

    await person.fill("Hostname", "new.other.org")
    await person.click("Submit")
    await sees_within_the_window(person, "is not in demo.test")
    await person.picture("zone")
    await person.fill("Hostname", "new.demo.test")
    await person.unfold("More settings")
    await person.fill_number("IPv6 prefix length", 300)
    await person.click("Submit")
    await sees_within_the_window(person, "A prefix length of 300 is not possible")
    await person.picture("prefix_length")


@screens
async def test_choice_of_the_provider(demo: Demo, person: Person, screen: str) -> None:
    """Nothing is chosen beforehand; other words find it, and a miss is answered."""
    await person.look_on(*SCREENS[screen])
    await person.open_integration()
    await person.click("Add account")
    await person.sees("Who runs the DNS records")
    await person.picture("nothing_chosen")
    await person.click("Submit")
    await person.sees_error("Choose a provider from the list")
    for word, name in (("aws", "Amazon Route 53"), ("fritz", "DynDNS2 server")):
        await person.page.get_by_role("button", name="Provider").click()
        await person.page.get_by_placeholder("Search").last.fill(word)
        await person.picture(f"search_{word}")
        await person.page.get_by_role("option", name=name).first.click()
        chosen = person.page.get_by_role("button", name="Provider")
        await expect(chosen).to_contain_text(name)
    await person.page.get_by_role("button", name="Provider").click()
    await person.page.get_by_placeholder("Search").last.fill("googl")
    await person.page.get_by_role("option", name=re.compile("googl")).first.click()
    await person.click("Submit")
    await person.sees_error("“googl” is not in the list")
    await person.picture("not_in_the_list")


@screens
async def test_hostname_leads_to_the_provider(
    demo: Demo, person: Person, screen: str
) -> None:
    """A part of the ending is found in the list, and a whole hostname by its ending."""
    await person.look_on(*SCREENS[screen])
    await person.open_integration()
    await person.click("Add account")
    await person.sees("Who runs the DNS records")
    provider = person.page.get_by_role("button", name="Provider")
    search = person.page.get_by_placeholder("Search").last
    await provider.click()
    await search.fill("dedyn")
    await person.picture("search_ending")
    await person.page.get_by_role("option", name="deSEC dynamic DNS").first.click()
    await provider.click()
    await search.fill("home.hopto.org")
    await person.page.get_by_role("option", name=re.compile("home.hopto.org")).click()
    await person.click("Submit")
    await person.sees("Provider of home.hopto.org")
    await person.sees("No-IP")
    await person.picture("found_by_ending")
    await person.click("Submit")
    await person.sees("Enter what is needed to update your hostnames")
    await person.picture("account")


@screens
async def test_verdict_of_the_trial(line: Line, person: Person, screen: str) -> None:
    """What would be known stands first, and the table fits."""
    await person.look_on(*SCREENS[screen])
    await person.open_integration()
    await person.click("Configure")
    await person.sees("How the public address is watched")
    await person.picture("options")
    await person.click("Submit")
    await person.sees("What the sources answer")
    verdict = person.page.get_by_text(f"IPv4 would be {line.address}")
    await expect(verdict).to_be_in_viewport(ratio=1)
    await person.picture("verdict")
    table = person.page.locator("step-flow-menu table, dialog-data-entry-flow table")
    box = await table.first.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= SCREENS[screen][0]
    await person.pick("Save")
    await person.sees("Options successfully saved")


@screens
async def test_repair_that_fails(demo: Demo, person: Person, screen: str) -> None:
    """It is not called repaired before the provider has taken the update."""
    *_, account = _flows(demo.servers)
    holdings, name = demo.servers.dyndns2.holdings, "camera.dyndns.demo.test"
    # a hostname that the service does not know yet
    held = holdings.pop(name)
    entry = await demo.home_assistant.run_flow(DOMAIN, account)
    await person.look_on(*SCREENS[screen])
    title = f"{name} cannot be updated"
    await open_repair(person, title)
    await person.click("Submit")
    await person.sees_error("Tried just now. The provider still says")
    await person.picture("still_stopped")
    holdings[name] = held
    await person.click("Submit")
    await close_repair(person, title)
    path = "/api/config/config_entries/entry/"
    entry_id = entry.answer["result"]["entry_id"]
    await demo.home_assistant.rest("DELETE", f"{path}{entry_id}")


@screens
async def test_first_update(demo: Demo, person: Person, screen: str) -> None:
    """A new account is tried: what is refused can be corrected, and the end says what is."""
    await person.look_on(*SCREENS[screen])
    await begin_account(person, "own server")
    await person.fill("Update URL", demo.servers.dyndns2_url)
    await person.fill("User name", USERNAME)
    await person.fill("Password", demo.servers.password)
    await person.switch("Send the password unencrypted")
    await person.click("Submit")
    await person.sees("Which hostnames shall follow")
    await person.fill("Hostname", "absent.dyndns.demo.test")
    await person.click("Submit")
    await person.sees("the hostname does not exist in this account")
    await person.picture("failed")
    await person.pick("Change the hostnames")
    await person.sees_typed("Hostname", "absent.dyndns.demo.test")
    await person.fill("Hostname", "vpn.dyndns.demo.test")
    await person.click("Submit")
    await person.sees("took the first update: vpn.dyndns.demo.test has")
    await person.picture("created")
    entries = await demo.home_assistant.websocket(
        {"type": "config_entries/get", "domain": DOMAIN}
    )
    path = "/api/config/config_entries/entry/"
    for entry in entries:
        if entry["title"].startswith("DynDNS2"):
            await demo.home_assistant.rest("DELETE", f"{path}{entry['entry_id']}")


async def test_automatic_connection(own_line: Line, person: Person) -> None:
    """The connection that comes with an account has the menu of any other."""
    await own_line.end()
    _, account, *_ = _flows(own_line.demo.servers)
    await own_line.demo.home_assistant.run_flow(DOMAIN, account)
    await person.look_on(1280, 900)
    await person.open_integration()
    await person.sees(NAME)
    entry = person.page.locator("ha-config-entry-row").filter(has_text=NAME)
    await entry.get_by_role("button", name="Menu").first.click()
    for item in ("Reload", "Reconfigure", "Disable", "Delete"):
        await expect(
            person.page.get_by_role("menuitem", name=item, exact=True)
        ).to_be_visible()
    await person.picture("menu")
    await person.page.get_by_role("menuitem", name="Delete", exact=True).click()
    await person.sees(f"Delete {NAME}?")
    await person.picture("delete")
