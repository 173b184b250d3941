"""The demo's dyndns2 service: the protocol's words, and what is published."""

import aiohttp
import pytest

from scripts.demo.dyndns2_server import HOSTNAMES, USERNAME
from scripts.demo.servers import DemoServers
from scripts.demo.state import RequestKind, Trouble

HOME, VPN, CAMERA = HOSTNAMES
IPV4 = "11.22.33.44"
IPV6 = "2606:2800:220:1::44"


async def update(
    demo: DemoServers,
    session: aiohttp.ClientSession,
    method: str = "GET",
    password: str | None = None,
    headers: dict[str, str] | None = None,
    **query: str,
) -> tuple[int, list[str]]:
    """Return status and lines of the answer to an update."""
    password = demo.password if password is None else password
    async with session.request(
        method,
        demo.dyndns2_url,
        params=query,
        headers={"Authorization": aiohttp.encode_basic_auth(USERNAME, password)}
        | (headers or {}),
    ) as response:
        return response.status, (await response.text()).splitlines()


def held(demo: DemoServers, hostname: str) -> tuple[str, str]:
    """Return what the service publishes for a hostname."""
    holding = demo.dyndns2.holdings[hostname]
    return str(holding.ipv4), str(holding.ipv6)


async def test_good_then_nochg(
    demo: DemoServers, session: aiohttp.ClientSession
) -> None:
    """The first update changes something, the same again does not."""
    for word in ("good", "nochg"):
        assert await update(demo, session, hostname=HOME, myip=IPV4) == (
            200,
            [f"{word} {IPV4}"],
        )
    assert held(demo, HOME) == (IPV4, "None")


async def test_refused_password(
    demo: DemoServers, session: aiohttp.ClientSession
) -> None:
    """The right password is refused on request, and taken again after it."""
    demo.state.set_trouble(Trouble.PASSWORD_REFUSED, on=True)
    asked = {"hostname": HOME, "myip": IPV4}
    assert await update(demo, session, **asked) == (401, ["badauth"])
    demo.state.set_trouble(Trouble.PASSWORD_REFUSED, on=False)
    assert await update(demo, session, **asked) == (200, [f"good {IPV4}"])


async def test_both_families(demo: DemoServers, session: aiohttp.ClientSession) -> None:
    """Two addresses at once, in `myip` or beside it; one alone keeps the other."""
    answer = await update(demo, session, hostname=HOME, myip=f"{IPV4},{IPV6}")
    assert answer == (200, [f"good {IPV4},{IPV6}"])
    answer = await update(demo, session, hostname=VPN, myip=IPV4, myipv6=IPV6)
    assert answer == (200, [f"good {IPV4},{IPV6}"])
    answer = await update(demo, session, hostname=HOME, myip="11.22.33.45")
    assert answer == (200, ["good 11.22.33.45"])
    assert held(demo, HOME) == ("11.22.33.45", IPV6)
    assert held(demo, VPN) == (IPV4, IPV6)
    assert held(demo, CAMERA) == ("None", "None")


async def test_one_line_per_hostname(
    demo: DemoServers, session: aiohttp.ClientSession
) -> None:
    """One bad name in a list touches no other."""
    names = f"{HOME},nobody.demo.test,{VPN.upper()},no_name"
    answer = await update(demo, session, hostname=names, myip=IPV4)
    assert answer == (200, [f"good {IPV4}", "nohost", f"good {IPV4}", "notfqdn"])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"password": "wrong"}, (401, ["badauth"])),
        ({"headers": {"User-Agent": ""}}, (200, ["badagent"])),
        ({"method": "POST"}, (200, ["badagent"])),
        ({"hostname": ""}, (200, ["notfqdn"])),
        (
            {"hostname": ",".join(f"h{n}.demo.test" for n in range(21))},
            (200, ["numhost"]),
        ),
        ({"myip": "hello"}, (200, ["dnserr"])),
    ],
)
async def test_refusals(
    demo: DemoServers,
    session: aiohttp.ClientSession,
    changes: dict,
    expected: tuple[int, list[str]],
) -> None:
    """What is wrong with the request as a whole is one line, and nothing is published."""
    answer = await update(demo, session, **({"hostname": HOME, "myip": IPV4} | changes))
    assert answer == expected
    assert held(demo, HOME) == ("None", "None")


@pytest.mark.parametrize("header", ["Basic ???", "Bearer abc", "Basic", "Basic YQ=="])
async def test_strange_authorization(
    demo: DemoServers, session: aiohttp.ClientSession, header: str
) -> None:
    """A header that is no Basic login is a wrong login."""
    async with session.get(
        demo.dyndns2_url, params={"hostname": HOME}, headers={"Authorization": header}
    ) as response:
        assert (response.status, await response.text()) == (401, "badauth\n")


async def test_own_address(demo: DemoServers, session: aiohttp.ClientSession) -> None:
    """Without `myip` it is the pretended address of the one who asks."""
    assert await update(demo, session, hostname=HOME) == (200, ["good 11.22.33.44"])


async def test_cut_line(demo: DemoServers, session: aiohttp.ClientSession) -> None:
    """While the line is down nobody answers and nothing is counted."""
    demo.state.set_online(False)
    with pytest.raises(aiohttp.ClientConnectionError):
        await update(demo, session, hostname=HOME, myip=IPV4)
    assert demo.state.provider_requests == 0
    demo.state.set_online(True)
    assert await update(demo, session, hostname=HOME, myip=IPV4) == (
        200,
        [f"good {IPV4}"],
    )
    assert demo.state.requests == {RequestKind.DYNDNS2: 1}


async def test_log_holds_no_password(
    demo: DemoServers, session: aiohttp.ClientSession
) -> None:
    """The log tells names and addresses, nothing of the login."""
    await update(demo, session, hostname=HOME, myip=IPV4)
    (entry,) = demo.state.log
    assert (entry.request, entry.answer) == (f"{HOME} to {IPV4}", f"good {IPV4}")
