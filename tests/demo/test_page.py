"""The demo's page: its JSON API, its stream, and that it brings everything itself."""

import asyncio
import base64
from html.parser import HTMLParser
import json
from typing import Any

import aiohttp
import pytest

from scripts.demo.servers import DemoServers, Ports
from scripts.demo.state import Family, Trouble
from tests.loopback import needs_second_loopback


async def post(
    demo: DemoServers, session: aiohttp.ClientSession, path: str, body: str
) -> tuple[int, Any]:
    """Return status and JSON of the answer to a POST."""
    async with session.post(
        f"{demo.page_url}{path}",
        data=body,
        headers={"Content-Type": "application/json"},
    ) as response:
        return response.status, await response.json()


async def picture(demo: DemoServers, session: aiohttp.ClientSession) -> Any:
    """Return what the page shows."""
    async with session.get(f"{demo.page_url}api/state") as response:
        return await response.json()


async def test_state_from_the_start(
    demo: DemoServers, session: aiohttp.ClientSession
) -> None:
    """Everything is there before anything happened."""
    state = await picture(demo, session)
    assert state["address"]["ipv4"] == "11.22.33.44"
    assert state["online"] is True
    assert (state["zone"]["name"], state["zone"]["serial"]) == ("demo.test", 1)
    assert {"name": "ns.demo.test", "type": "A", "ttl": 3600, "data": "127.0.0.1",
            "follows": False, "followed_after_ms": None} in state["zone"]["records"]  # fmt: skip
    assert [holding["ipv4"] for holding in state["dyndns2"]] == [None, None, None]
    assert state["provider_requests"] == 0
    assert state["log"] == []


async def test_addresses_are_set(
    demo: DemoServers, session: aiohttp.ClientSession
) -> None:
    """A typed address, a new one, and none at all; what is left out stays."""
    status, state = await post(
        demo, session, "api/address", '{"ipv4": " 11.22.33.99 "}'
    )
    assert (status, state["address"]["ipv4"]) == (200, "11.22.33.99")
    status, state = await post(demo, session, "api/address", '{"ipv4": "new"}')
    assert status == 200
    assert state["address"]["ipv4"] not in (None, "11.22.33.99")
    before = state["address"]
    status, state = await post(demo, session, "api/address", '{"ipv4": null}')
    assert state["address"] == before | {"ipv4": None}


async def test_private_address_is_marked(
    demo: DemoServers, session: aiohttp.ClientSession
) -> None:
    """It may be pretended, to see that it is not published."""
    status, state = await post(demo, session, "api/address", '{"ipv4": "192.168.1.2"}')
    assert (status, state["not_public"]) == (200, ["ipv4"])


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        (
            "api/address",
            '{"ipv4": "300.1.1.1"}',
            "ipv4: '300.1.1.1' is not an IPv4 address",
        ),
        ("api/address", '{"ipv4": "::1"}', "ipv4: ::1 is an IPv6 address, not IPv4"),
        ("api/address", '{"ipv4": 7}', 'ipv4: send an address as text, "new" or null'),
        ("api/address", '{"port": 7}', "port: no such field here; send "),
        ("api/address", "[", "the body is not JSON"),
        ("api/address", "[]", "the body is not a JSON object"),
        ("api/online", '{"online": 1}', "online: send true or false"),
        ("api/trouble", '{"two_lines": 1}', "two_lines: send true or false"),
        ("api/trouble", '{"fire": true}', "fire: no such trouble; send "),
    ],
)
async def test_bad_requests(
    demo: DemoServers, session: aiohttp.ClientSession, path: str, body: str, error: str
) -> None:
    """What cannot be done names the field and what to send, and changes nothing."""
    status, answer = await post(demo, session, path, body)
    assert status == 400
    assert answer["error"].startswith(error)
    assert (await picture(demo, session))["address"]["ipv4"] == "11.22.33.44"


async def test_zone_of_an_ipv6_address(
    demo: DemoServers, session: aiohttp.ClientSession
) -> None:
    """An address of one network interface is no public one."""
    if not demo.has_ipv6:
        pytest.skip("this machine has no IPv6 loopback address")
    status, answer = await post(
        demo, session, "api/address", '{"ipv6": "fe80::1%eth0"}'
    )
    assert (status, "leave out the %" in answer["error"]) == (400, True)


async def test_line_is_cut_and_restored(
    demo: DemoServers, session: aiohttp.ClientSession
) -> None:
    """The button of the page."""
    for online in (False, True):
        status, state = await post(
            demo, session, "api/online", json.dumps({"online": online})
        )
        assert (status, state["online"], demo.state.online) == (200, online, online)


async def test_troubles_begin_and_end(
    demo: DemoServers, session: aiohttp.ClientSession
) -> None:
    """Each by its button; the router can tell one thing at a time."""
    state = await picture(demo, session)
    assert state["troubles"] == dict.fromkeys(Trouble, False)
    for asked, on in (
        ({"password_refused": True}, {"password_refused"}),
        ({"shared_address": True}, {"password_refused", "shared_address"}),
        ({"router_differs": True}, {"password_refused", "router_differs"}),
        ({"two_lines": False}, {"password_refused"}),
        ({"two_lines": True}, {"password_refused", "two_lines"}),
        ({"two_lines": False, "password_refused": False}, set()),
    ):
        status, state = await post(demo, session, "api/trouble", json.dumps(asked))
        assert status == 200
        assert {key for key, value in state["troubles"].items() if value} == on


async def test_what_to_type_for_an_account(
    demo: DemoServers, session: aiohttp.ClientSession
) -> None:
    """The page shows all that the set-up of both accounts asks for, secrets too."""
    forms = (await picture(demo, session))["forms"]
    secret = base64.b64encode(demo.secret).decode()
    assert [form["provider"] for form in forms] == ["RFC 2136", "DynDNS2 server"]
    assert forms[0]["settings"]["tsig_secret"] == secret
    assert forms[1]["settings"] == {
        "server_url": demo.dyndns2_url,
        "username": "demo",
        "password": demo.password,
        "allow_http": True,
    }


async def test_times_count_from_the_change(
    demo: DemoServers, session: aiohttp.ClientSession
) -> None:
    """What was published before the last change has not followed it."""
    holding = demo.dyndns2.holdings["home.dyndns.demo.test"]
    holding.take({Family.IPV4: demo.state.new_address(Family.IPV4)})
    assert (await picture(demo, session))["dyndns2"][0]["followed_after_ms"] >= 0
    demo.state.set_addresses({Family.IPV4: demo.state.new_address(Family.IPV4)})
    assert (await picture(demo, session))["dyndns2"][0]["followed_after_ms"] is None


async def test_stream_tells_changes(
    demo: DemoServers, session: aiohttp.ClientSession
) -> None:
    """The stream starts with the picture and sends it again after a change."""
    async with session.get(f"{demo.page_url}api/events") as response:
        assert response.content_type == "text/event-stream"

        async def event() -> Any:
            line = await response.content.readuntil(b"\n\n")
            return json.loads(line.removeprefix(b"data: "))

        async with asyncio.timeout(10):
            assert (await event())["online"] is True
            demo.state.set_online(False)
            assert (await event())["online"] is False


@needs_second_loopback
async def test_stop_with_an_open_stream(socket_enabled: None) -> None:
    """An open page does not hold up the end of the demo."""
    async with (
        asyncio.timeout(10),
        aiohttp.ClientSession() as session,
        DemoServers(Ports.any_free()) as servers,
    ):
        response = await session.get(f"{servers.page_url}api/events")
        await response.content.readuntil(b"\n\n")
    assert await response.content.read() == b""


class References(HTMLParser):
    """Collects what a page loads."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        self.found += [value or "" for name, value in attrs if name in ("src", "href")]


async def test_page_brings_everything(
    demo: DemoServers, session: aiohttp.ClientSession
) -> None:
    """Nothing is loaded from anywhere else."""
    async with session.get(demo.page_url) as response:
        assert response.content_type == "text/html"
        page = await response.text()
    references = References()
    references.feed(page)
    assert references.found
    assert all(reference.startswith("data:") for reference in references.found)
    assert "@import" not in page
    assert "url(" not in page
