"""A Home Assistant beside the demo's servers, and a person with a browser."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
import shutil

from playwright.async_api import Browser, BrowserContext, async_playwright, expect
import pytest
import pytest_asyncio

from scripts.demo.home_assistant import HomeAssistantInstance
from scripts.demo.router import PORT as ROUTER_PORT
from scripts.demo.servers import DemoServers, Ports
from scripts.demo.set_up import DOMAIN, _flows
from tests.loopback import skip_without_second_loopback

from .line import Line
from .person import Person

_ROOT = Path(__file__).parents[2]
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_TIMEOUT_MS = 30_000


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add where pictures go."""
    parser.addoption(
        "--pictures",
        type=Path,
        default=_ROOT / ".cache" / "test" / "pictures",
        help="folder for the pictures that are taken on the way",
    )
    parser.addoption(
        "--documentation-images",
        action="store_true",
        help="make the pictures in docs/images anew",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What a person deals with: Home Assistant, and the demo's servers."""

    servers: DemoServers
    home_assistant: HomeAssistantInstance


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demo(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Demo]:
    """Return a Home Assistant that knows its internet connection, but no account yet.

    Without a browser there is no need to start it.
    """
    skip_without_second_loopback()
    folder = tmp_path_factory.mktemp("home") / "config"
    async with (
        DemoServers(Ports.any_free(router=ROUTER_PORT)) as servers,
        HomeAssistantInstance(folder) as home_assistant,
    ):
        connection, *_ = _flows(servers)
        await home_assistant.run_flow(DOMAIN, connection)
        yield Demo(servers=servers, home_assistant=home_assistant)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncGenerator[Browser]:
    """Return a browser; skip where there is none."""
    programs = filter(None, map(shutil.which, _PROGRAMS))
    if (program := next(programs, None)) is None:
        pytest.skip("chromium is not installed (scripts/setup --system installs it)")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=program, args=_ARGUMENTS
        )
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncGenerator[BrowserContext]:
    """Return the browser of someone who has opened nothing yet."""
    expect.set_options(timeout=_TIMEOUT_MS)
    context = await browser.new_context(
        viewport={"width": 1280, "height": 960},
        locale="en-US",
        color_scheme="light",
        service_workers="block",
    )
    context.set_default_timeout(_TIMEOUT_MS)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def person(
    demo: Demo, context: BrowserContext, request: pytest.FixtureRequest
) -> AsyncGenerator[Person]:
    """Return a person who is signed in."""
    pictures: Path = request.config.getoption("pictures")
    pictures.mkdir(parents=True, exist_ok=True)
    person = Person(
        page=await context.new_page(),
        url=demo.home_assistant.url,
        pictures=pictures,
        name=request.node.name.removeprefix("test_"),
    )
    await person.sign_in(demo.home_assistant)
    yield person
    # what was seen last tells most when a test fails
    await person.picture("end")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own_line(demo: Demo) -> AsyncGenerator[Line]:
    """Return a line in place of the connection that all tests share."""
    if not demo.servers.has_router:
        pytest.skip("another program has the port of NAT-PMP, 5351")
    line = Line(demo=demo)
    yield line
    await line.end()
    connection, *_ = _flows(demo.servers)
    await demo.home_assistant.run_flow(DOMAIN, connection)


@pytest_asyncio.fixture(loop_scope="session")
async def line(own_line: Line) -> Line:
    """Return the line as it is at the beginning; the hostname follows it."""
    await own_line.end()
    await own_line.begin()
    await own_line.until_published(own_line.address)
    return own_line
