"""A person at a browser: looks for what can be read, and clicks or types."""

from dataclasses import dataclass, field
import json
from pathlib import Path
import re

from playwright.async_api import Locator, Page, expect

from scripts.demo.home_assistant_api import HomeAssistantApi

# a key of a translation that is missing, such as ipv6_suffix
_RAW_KEY = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")


@dataclass(kw_only=True)
class Person:
    """A person who is signed in to Home Assistant; takes pictures of what is seen."""

    page: Page
    url: str
    pictures: Path
    name: str
    _taken: list[Path] = field(default_factory=list)

    async def sign_in(self, home_assistant: HomeAssistantApi) -> None:
        """Have the browser remember a login."""
        tokens = await home_assistant.browser_tokens()
        await home_assistant.sign_in()
        await self.page.add_init_script(
            f"localStorage.setItem('hassTokens', {json.dumps(json.dumps(tokens))})"
        )

    async def go_to(self, path: str) -> None:
        """Open a page of Home Assistant."""
        await self.page.goto(f"{self.url}{path}")

    async def open_integration(self) -> None:
        """Open the page of DDNS Plus."""
        await self.go_to("/config/integrations/integration/ddns_plus")
        await self.sees("Custom integration")

    # ------------------------------------------------------------------ doing

    async def click(self, name: str, *, last: bool = False) -> None:
        """Press a button or follow a link."""
        found = self.page.get_by_role("button", name=name, exact=True).or_(
            self.page.get_by_role("link", name=name, exact=True)
        )
        await (found.last if last else found.first).click()

    async def fill(self, label: str, text: str, *, number: int = 0) -> None:
        """Type into a field; `number` is which one, of several with this label."""
        await self.field(label, number=number).fill(text)

    async def fill_number(self, label: str, value: int) -> None:
        """Type into a field for numbers."""
        await self.page.get_by_role("spinbutton", name=label).fill(str(value))

    async def choose(self, label: str, option: str) -> None:
        """Choose from a list that can be searched, by typing a part of the name."""
        await self.page.get_by_role("button", name=label).click()
        # opens with the cursor in its search field
        await self.page.get_by_placeholder("Search").last.fill(option)
        await self.page.get_by_role("option", name=option).first.click()

    async def choose_entity(self, name: str) -> None:
        """Choose an entity by its name."""
        await self.page.locator("ha-entity-picker").last.click()
        await self.page.get_by_placeholder("Search").last.fill(name)
        await self.page.get_by_role("option", name=name).first.click()

    async def unfold(self, section: str) -> None:
        """Open a section unless it is open."""
        button = self.page.get_by_role("button", name=section, exact=True)
        if await button.get_attribute("aria-expanded") != "true":
            await button.click()
        await expect(button).to_have_attribute("aria-expanded", "true")

    async def switch(self, label: str) -> None:
        """Turn a switch on or off, by keyboard."""
        await self.page.get_by_role("switch", name=label).press("Space")

    async def pick(self, choice: str | re.Pattern[str]) -> None:
        """Take one of the choices that a dialog offers."""
        choices = self.page.locator(
            "step-flow-menu ha-list-item, step-flow-menu ha-list-item-button"
        )
        await choices.filter(has_text=choice).click()

    async def add_to(self, label: str) -> None:
        """Add something to a list that is edited in a dialog of its own."""
        selector = self.page.locator("ha-selector-object").filter(has_text=label)
        await selector.get_by_role("button", name="Add", exact=True).click()

    async def look_on(self, width: int, height: int) -> None:
        """Go on with a screen of another size."""
        await self.page.set_viewport_size({"width": width, "height": height})

    async def open_repairs(self) -> None:
        """Open Settings > Repairs."""
        await self.go_to("/config/repairs")

    # ------------------------------------------------------------------ seeing

    def field(self, label: str, *, number: int = 0) -> Locator:
        """Return a text field."""
        return self.page.get_by_role("textbox", name=label).nth(number)

    async def sees(self, text: str | re.Pattern[str]) -> None:
        """Wait until a text can be read."""
        await expect(self.page.get_by_text(text).first).to_be_visible()

    async def sees_value(self, label: str, value: str) -> None:
        """Wait until a list on the page has this label with this value beside it."""
        line = self.page.locator("hui-generic-entity-row").filter(has_text=label)
        await expect(line.filter(has_text=value)).to_be_visible()

    async def sees_error(self, text: str) -> None:
        """Wait until the form tells what is wrong; in a section it is told twice."""
        error = self.page.locator("ha-alert").filter(has_text=text).first
        await expect(error).to_be_visible()

    async def sees_typed(self, label: str, text: str, *, number: int = 0) -> None:
        """Wait until a field holds a text."""
        await expect(self.field(label, number=number)).to_have_value(text)

    async def picture(self, name: str) -> Path:
        """Keep what is seen now, and make sure that no raw key is to be read in a form."""
        path = self.pictures / f"{self.name}_{len(self._taken) + 1:02}_{name}.png"
        await self.page.screenshot(path=path, animations="disabled")
        self._taken.append(path)
        for text in await self.page.locator(
            "ha-form, step-flow-form"
        ).all_inner_texts():
            assert _RAW_KEY.findall(text) == [], f"a raw key is seen in {path}"
        return path
