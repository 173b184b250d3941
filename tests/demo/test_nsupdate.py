"""The demo's DNS server beside BIND's own client, which knows nothing of dnspython."""

import asyncio
import base64
import shutil

import pytest

from scripts.demo.servers import DemoServers

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        shutil.which("nsupdate") is None,
        reason="nsupdate (bind9-dnsutils) is not installed",
    ),
]

ADD = "update add home.demo.test 60 A 11.22.33.44"


async def nsupdate(
    demo: DemoServers,
    lines: str,
    *options: str,
    name: str = "demo-key",
    algorithm: str = "hmac-sha256",
    secret: bytes | None = None,
) -> str:
    """Return what nsupdate says about an update; nothing when it was done."""
    key = base64.b64encode(secret or demo.secret).decode()
    process = await asyncio.create_subprocess_exec(
        *("nsupdate", "-y", f"{algorithm}:{name}:{key}", *options),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    script = f"server 127.0.0.1 {demo.ports.dns}\nzone demo.test\n{lines}\nsend\n"
    output, _ = await process.communicate(script.encode())
    return output.decode()


def held(demo: DemoServers, name: str) -> list[str]:
    """Return what a name holds."""
    return [
        data
        for owner, _, _, data in demo.zone.records()
        if owner.to_text(omit_final_dot=True) == name
    ]


@pytest.mark.parametrize("options", [(), ("-v",)], ids=["udp", "tcp"])
async def test_add_replace_delete(demo: DemoServers, options: tuple[str, ...]) -> None:
    """The life of an address record; the answers' signatures are checked by nsupdate."""
    assert await nsupdate(demo, ADD, *options) == ""
    assert held(demo, "home.demo.test") == ["11.22.33.44"]
    replace = (
        "update delete home.demo.test A\nupdate add home.demo.test 60 A 11.22.33.45"
    )
    assert await nsupdate(demo, replace, *options) == ""
    assert held(demo, "home.demo.test") == ["11.22.33.45"]
    assert await nsupdate(demo, "update delete home.demo.test", *options) == ""
    assert held(demo, "home.demo.test") == []


@pytest.mark.parametrize(
    ("prerequisite", "expected"),
    [
        ("nxdomain home.demo.test", ""),
        ("nxdomain ns.demo.test", "update failed: YXDOMAIN\n"),
        ("yxdomain ns.demo.test", ""),
        ("yxdomain home.demo.test", "update failed: NXDOMAIN\n"),
        ("nxrrset ns.demo.test AAAA", ""),
        ("nxrrset ns.demo.test A", "update failed: YXRRSET\n"),
        ("yxrrset ns.demo.test A", ""),
        ("yxrrset ns.demo.test AAAA", "update failed: NXRRSET\n"),
        ("yxrrset ns.demo.test A 127.0.0.1", ""),
        ("yxrrset ns.demo.test A 127.0.0.9", "update failed: NXRRSET\n"),
    ],
)
async def test_prerequisites(
    demo: DemoServers, prerequisite: str, expected: str
) -> None:
    """Each prerequisite that nsupdate can name, fulfilled and not."""
    assert await nsupdate(demo, f"prereq {prerequisite}\n{ADD}") == expected
    assert held(demo, "home.demo.test") == ([] if expected else ["11.22.33.44"])


async def test_address_beside_alias(demo: DemoServers) -> None:
    """The update succeeds and changes nothing, as BIND does it."""
    assert await nsupdate(demo, "update add www.demo.test 60 A 11.22.33.44") == ""
    assert held(demo, "www.demo.test") == ["home.demo.test."]


@pytest.mark.parametrize(
    ("lines", "key", "expected"),
    [
        (ADD, {"name": "other-key"}, "NOTAUTH(BADKEY)"),
        (ADD, {"algorithm": "hmac-sha512"}, "NOTAUTH(BADKEY)"),
        (ADD, {"secret": b"another secret"}, "NOTAUTH(BADSIG)"),
        ("update add home.example.com 60 A 11.22.33.44", {}, "NOTZONE"),
        (
            "zone example.com\nupdate add home.example.com 60 A 11.22.33.44",
            {},
            "NOTAUTH",
        ),
    ],
)
async def test_refusals(
    demo: DemoServers, lines: str, key: dict[str, str], expected: str
) -> None:
    """Wrong key, wrong secret and wrong zone are told apart."""
    assert (await nsupdate(demo, lines, **key)).endswith(f"update failed: {expected}\n")
    assert demo.zone.serial == 1
