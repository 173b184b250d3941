"""Tests of reading the address out of what web services answer."""

import asyncio
from dataclasses import replace
from datetime import timedelta
import json

from aiohttp import web
import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.detection.echo.http import HttpOptions
from custom_components.ddns_plus.core.detection.methods import Format

from .services import IPV4, IPV6, Services, answering, ask, service

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
        (TRACE.replace("{ip}", "104.18.0.0"), "server_address"),
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
    answer = await ask(service(url, Format.TRACE), options)
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
    answer = await ask(service(url, Format.JSON, path), options)
    assert (answer == IPV4) if read else (str(answer) == "not_an_address")


# what the documents of routers show, and the path to the address of the WAN interface
ROUTERS = {
    "OpenWrt: ubus call network.interface.wan status": (
        {
            "up": True,
            "proto": "dhcp",
            "l3_device": "wan",
            "ipv4-address": [{"address": "11.22.33.44", "mask": 24}],
            "ipv6-address": [],
            "route": [{"target": "0.0.0.0", "mask": 0, "nexthop": "11.22.33.1"}],
        },
        "ipv4-address.0.address",
    ),
    "OpenWrt: LuCI's iface_status": (
        [{"id": "wan", "proto": "dhcp", "ipaddrs": ["11.22.33.44/24"]}],
        "0.ipaddrs.0",
    ),
    "MikroTik: /rest/ip/address": (
        [
            {
                ".id": "*1",
                "actual-interface": "ether1",
                "address": "11.22.33.44/24",
                "disabled": "false",
                "network": "11.22.33.0",
            },
            {".id": "*2", "address": "192.168.88.1/24", "network": "192.168.88.0"},
        ],
        "0.address",
    ),
    "MikroTik: over PPPoE": ([{"address": "11.22.33.44/32"}], "0.address"),
    "MikroTik: /rest/ip/cloud": (
        {"ddns-enabled": "true", "public-address": "11.22.33.44"},
        "public-address",
    ),
    "OPNsense: /api/diagnostics/interface/getInterfaceConfig": (
        {
            "igc0": {
                "ipv4": [{"ipaddr": "192.168.1.1", "subnetbits": 24, "tunnel": False}]
            },
            "igc1": {
                "ipv4": [{"ipaddr": "11.22.33.44", "subnetbits": 22, "tunnel": False}]
            },
        },
        "igc1.ipv4.0.ipaddr",
    ),
}


@pytest.mark.parametrize(("told", "path"), ROUTERS.values(), ids=ROUTERS.keys())
async def test_the_answers_of_routers_are_read(
    services: Services, options: HttpOptions, told: object, path: str
) -> None:
    """As their makers document them."""
    url = await services.web(answering(json.dumps(told)))
    assert await ask(service(url, Format.JSON, path, local=True), options) == IPV4


@pytest.mark.parametrize(
    ("text", "family", "failure"),
    [
        ("11.22.33.44/24", Family.IPV4, None),
        ("11.22.33.44/32", Family.IPV4, None),
        ("11.22.33.44/31", Family.IPV4, None),
        ("11.22.33.44/0", Family.IPV4, None),
        (f"{IPV6}/64", Family.IPV6, None),
        (f"{IPV6}/128", Family.IPV6, None),
        # the network, not an address in it
        ("11.22.33.0/24", Family.IPV4, "not_an_address"),
        ("2606:2800:220:100::/56", Family.IPV6, "not_an_address"),
        ("11.22.33.44/33", Family.IPV4, "not_an_address"),
        ("11.22.33.44/", Family.IPV4, "not_an_address"),
        ("11.22.33.44/-1", Family.IPV4, "not_an_address"),
        ("11.22.33.44/²", Family.IPV4, "not_an_address"),
        ("11.22.33.44/24/24", Family.IPV4, "not_an_address"),
        ("11.22.33.44/255.255.255.0", Family.IPV4, "not_an_address"),
        ("11.22.33.44/24 and more", Family.IPV4, "not_an_address"),
        ("/24", Family.IPV4, "not_an_address"),
        ("192.168.1.2/24", Family.IPV4, "not_publishable:private"),
        (f"{IPV6}%eth0/64", Family.IPV6, "not_publishable:zoned"),
    ],
)
async def test_the_address_of_an_interface_is_read(
    services: Services,
    options: HttpOptions,
    text: str,
    family: Family,
    failure: str | None,
) -> None:
    """Routers write its prefix length as well; nobody who sees who asks would."""
    asked = [
        (Format.JSON, "ip", await services.web(answering(json.dumps({"ip": text})))),
        (Format.REGEX, r"WAN: (.*)$", await services.web(answering(f"WAN: {text}"))),
    ]
    for answer, expression, url in asked:
        router = service(url, answer, expression, local=True)
        told = await ask(router, options, family)
        if failure is None:
            assert told == (IPV4 if family is Family.IPV4 else IPV6)
        else:
            assert str(told) == failure
        if family is Family.IPV4:
            outside = await ask(service(url, answer, expression), options)
            assert str(outside) in ("not_an_address", "not_publishable:private")


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ("Current IP Address: 11.22.33.44", None),
        ("Current IP Address: 11.22.33.44\r\n", None),
        ("IP:11.22.33.44", None),
        ("11.22.33.44", "not_an_address"),
        (": 11.22.33.44", "not_an_address"),
        ("Address 11.22.33.44", "not_an_address"),
        ("Address: 11.22.33.44 and more", "not_an_address"),
        ("Address: 11.22.33.44, 11.22.33.55", "not_an_address"),
        ("Address: 11.22.33.44\nAddress: 11.22.33.55", "not_an_address"),
        ("Proxy: 11.22.33.55 Address: 11.22.33.44", "not_an_address"),
        ("Address: Address: 11.22.33.44", "not_an_address"),
        ("Address:\n11.22.33.44", "not_an_address"),
        ("Address: 11.22.33.44/24", "not_an_address"),
        ("Address: 011.22.33.44", "not_an_address"),
        ("Adresse für Sie: 11.22.33.44", "not_an_address"),
        ("<b>Address</b>: 11.22.33.44", "not_an_address"),
        ("Current IP Address: 192.168.1.1", "not_publishable:private"),
        ("Current IP Address: 2606:2800:220:1::44", "wrong_family"),
        ("Current IP Address:", "not_an_address"),
        ("a " * 2000, "not_an_address"),
    ],
)
async def test_a_label_may_stand_before_the_address(
    services: Services, options: HttpOptions, body: str, failure: str | None
) -> None:
    """One, of words, with the address behind it and nothing else."""
    url = await services.web(answering(body))
    answer = await ask(service(url, Format.LABELLED), options)
    assert (answer == IPV4) if failure is None else (str(answer) == failure)


async def test_an_ipv6_address_stands_behind_a_label(
    services: Services, options: HttpOptions
) -> None:
    """Its own colons are no label's."""
    url = await services.web(answering(f"Current IP Address: {IPV6}"), "::1")
    assert await ask(service(url, Format.LABELLED), options, Family.IPV6) == IPV6


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
    answer = await ask(service(url, Format.REGEX, expression), options)
    assert (answer == IPV4) if failure is None else (str(answer) == failure)


async def test_an_endless_search_is_ended_and_holds_up_nothing(
    services: Services, options: HttpOptions
) -> None:
    """Some expressions take longer than the universe will last; the event loop goes on."""
    url = await services.web(answering("a" * 200 + "!"))
    asked = asyncio.ensure_future(
        ask(
            service(url, Format.REGEX, r"^((?:a+)+)$"),
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
