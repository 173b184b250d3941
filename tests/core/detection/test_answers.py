"""Tests of reading the address out of what web services answer."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from aiohttp import web
import pytest

from custom_components.ddns_plus.core.detection import Format, HttpOptions

from .services import IPV4, Services, answering, ask, source

TRACE = (
    "fl=1\nh={host}\nip={ip}\nts=1.0\nvisit_scheme=https\nwarp={warp}\ngateway=off\n"
)


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        (TRACE, None),
        (TRACE.replace("\n", "\r\n"), None),
        (TRACE.replace("{warp}", "on"), "tunnelled"),
        (TRACE.replace("{warp}", "plus"), "tunnelled"),
        (TRACE.replace("gateway=off", "gateway=on"), "tunnelled"),
        (TRACE.replace("{host}", "1.1.1.1"), "wrong_host"),
        (TRACE.replace("h={host}\n", ""), "wrong_host"),
        (TRACE.replace("ip={ip}\n", ""), "not_an_address"),
        (TRACE + "ip=11.22.33.55\n", "not_an_address"),
        (TRACE.replace("{ip}", "104.18.0.0"), "own_address"),
        ("<html>", "wrong_host"),
        ("{ip}", "wrong_host"),
    ],
)
async def test_a_cloudflare_trace_is_read(
    services: Services, options: HttpOptions, text: str, failure: str | None
) -> None:
    """It must be about the very host that was asked, and about no tunnel."""

    async def handle(request: web.Request) -> web.Response:
        return web.Response(
            text=text.replace("{host}", request.host)
            .replace("{ip}", str(IPV4))
            .replace("{warp}", "off")
        )

    url = await services.web(handle)
    answer = await ask(source(url, Format.TRACE), options)
    assert (answer == IPV4) if failure is None else (str(answer) == failure)


@pytest.mark.parametrize(
    ("body", "path", "read"),
    [
        ('{"ip": "11.22.33.44"}', "ip", True),
        ('{"data": [{"ip": " 11.22.33.44 "}]}', "data.0.ip", True),
        ('["11.22.33.44"]', "0", True),
        ('{"0": {"wan-ip": "11.22.33.44"}}', "0.wan-ip", True),
        ('{"ip": "11.22.33.44"}', "address", False),
        ('{"ip": ["11.22.33.44"]}', "ip", False),
        ('{"ip": 185999660}', "ip", False),
        ('{"ip": null}', "ip", False),
        ('{"ip": "11.22.33.44 and more"}', "ip", False),
        ('["11.22.33.44"]', "1", False),
        ('["11.22.33.44"]', "-1", False),
        ('["11.22.33.44"]', "first", False),
        ('{"ip": "11.22.33.44"}', "ip.0", False),
        ('"11.22.33.44"', "ip", False),
        ('{"ip": "11.22.33.44"', "ip", False),
        ("11.22.33.44", "ip", False),
        ("[" * 4096, "0", False),
        ("<html>", "ip", False),
    ],
)
async def test_a_json_path_is_followed(
    services: Services, options: HttpOptions, body: str, path: str, read: bool
) -> None:
    """Keys and list indices lead to a text that is the address."""
    url = await services.web(answering(body))
    answer = await ask(source(url, Format.JSON, path), options)
    assert (answer == IPV4) if read else (str(answer) == "not_an_address")


@pytest.mark.parametrize(
    ("body", "expression", "failure"),
    [
        ("Current IP Address: 11.22.33.44</body>", r"Address: ([\d.]+)", None),
        ("WAN\n  up\n  11.22.33.44\n", r"WAN\s+up\s+(\S+)", None),
        ("ä 11.22.33.44", r"([0-9.]{7,})", None),
        ("Address: none", r"Address: ([\d.]+)", "not_an_address"),
        ("Address: none", r"Address: ([\d.]+)?", "not_an_address"),
        ("Address: 11.22.33.44.55", r"Address: ([\d.]+)", "not_an_address"),
        ("Address: 192.168.1.1", r"Address: ([\d.]+)", "not_publishable:private"),
        ("", r"([\d.]+)", "not_an_address"),
    ],
)
async def test_a_regular_expression_is_searched(
    services: Services,
    options: HttpOptions,
    body: str,
    expression: str,
    failure: str | None,
) -> None:
    """Its one group must be the address and nothing else."""
    url = await services.web(answering(body))
    answer = await ask(source(url, Format.REGEX, expression), options)
    assert (answer == IPV4) if failure is None else (str(answer) == failure)


async def test_an_endless_search_is_ended_and_holds_up_nothing(
    services: Services, options: HttpOptions
) -> None:
    """Some expressions take longer than the universe will last; the event loop goes on."""
    url = await services.web(answering("a" * 200 + "!"))
    asked = asyncio.ensure_future(
        ask(
            source(url, Format.REGEX, r"^((?:a+)+)$"),
            replace(options, timeout=timedelta(milliseconds=400)),
        )
    )
    turns = 0
    while not asked.done():
        await asyncio.wait([asked], timeout=0.05)
        turns += 1
    assert str(await asked) == "timeout"
    # were the loop held up, there would have been one turn
    assert turns > 2
