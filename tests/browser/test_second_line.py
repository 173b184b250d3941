"""A person adds a second internet line, and gives it another name."""

import re

from playwright.async_api import expect
import pytest

from scripts.demo.set_up import DOMAIN

from .conftest import Demo
from .person import Person
from .test_person import ensure_account

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CHOICE = "Internet connection only (no provider)"


async def choose_in_menu(person: Person, entry: str, choice: str) -> None:
    """Choose something in the menu of an entry: there may be several."""
    row = person.page.locator("ha-config-entry-row").filter(has_text=entry)
    await row.get_by_role("button", name="Menu").first.click()
    await row.get_by_text(choice, exact=True).first.click()


async def test_second_line(demo: Demo, person: Person) -> None:
    """It is found among the providers, and what was chosen is shown in words."""
    await ensure_account(demo)
    await person.look_on(1280, 1400)
    await person.open_integration()
    await person.click("Add account")
    await person.sees("For a second internet line")
    await person.choose("Provider", "internet conn")
    provider = person.page.get_by_role("button", name="Provider")
    await expect(provider).to_contain_text(CHOICE)
    await person.picture("chosen")
    await person.click("Submit")
    await person.fill("Name", "LTE")
    await person.picture("connection")
    await person.click("Submit")
    # a dialog of Home Assistant, whatever it says
    await person.sees(re.compile("Name and assign|Success"))
    await person.open_integration()
    await person.sees("LTE")

    await choose_in_menu(person, "RFC 2136", "Add hostname")
    await person.unfold("More settings")
    line = person.page.locator("ha-selector-select").get_by_role("button")
    await expect(line).to_contain_text("Internet connection")
    await person.picture("hostname")
    await person.open_integration()

    await choose_in_menu(person, "LTE", "Reconfigure")
    await person.sees("is changed with “Configure”")
    await person.sees_typed("Name", "LTE")
    await person.picture("name")
    await person.fill("Name", "Mobile")
    await person.click("Submit")
    await person.sees("Reconfiguration was successful")
    await person.open_integration()
    await person.sees("Mobile")

    # the home of the other tests has one line
    entries = await demo.home_assistant.websocket(
        {"type": "config_entries/get", "domain": DOMAIN}
    )
    [entry_id] = [each["entry_id"] for each in entries if each["title"] == "Mobile"]
    path = f"/api/config/config_entries/entry/{entry_id}"
    await demo.home_assistant.rest("DELETE", path)
