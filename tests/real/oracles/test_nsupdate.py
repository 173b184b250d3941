"""The same DNS updates by ddclient, which runs nsupdate, and by ours: the same zone."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
import re

import pytest

from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.providers.rfc2136 import Rfc2136
from tests.core.dialects.zone_updates import update
from tests.real.bind import WHOLE_ZONE_KEY, Bind, find_program, running_bind
from tests.real.conftest import HOME, NEW, NEW_V6
from tests.real.namespaces import require

from .ddclient import ddclient_command

pytestmark = pytest.mark.real

_CHANGE = re.compile(r"updating zone '[^']+': (.*)")


async def _ddclient(bind: Bind, folder: Path, name: str, address: str) -> None:
    """Have ddclient publish an address."""
    key_file = folder / "key"
    key_file.write_text(
        f'key "{WHOLE_ZONE_KEY}" {{ algorithm hmac-sha256; secret "{bind.secret}"; }};\n'
    )
    command = ddclient_command(
        folder,
        {
            "protocol": "nsupdate",
            "server": f"{bind.host}:{bind.port}",
            "zone": "example.org",
            "ttl": "600",
            "login": find_program("nsupdate"),
            "password": str(key_file),
        },
        (address,),
        (name,),
    )
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    assert b"SUCCESS" in output, output.decode()


def _changes(bind: Bind) -> Sequence[str]:
    """Return what the server says that it did, since the start."""
    return [match[1] for line in bind.log if (match := _CHANGE.search(line))]


@pytest.fixture
async def other(loopback: None, tmp_path: Path) -> AsyncGenerator[Bind]:
    """Return a second server with the same zone, for ddclient."""
    folder = tmp_path / "other"
    folder.mkdir()
    async with running_bind(folder) as server:
        yield server


@pytest.mark.parametrize(
    ("name", "record_type", "address"),
    [(HOME, "A", NEW), (HOME, "AAAA", NEW_V6), ("new.example.org", "A", NEW)],
)
async def test_zone_is_the_same(
    bind: Bind,
    other: Bind,
    provider: Rfc2136,
    tmp_path: Path,
    name: str,
    record_type: str,
    address: str,
) -> None:
    """One signed message each, which adds the same record; the zones are alike."""
    require("ddclient")
    held = await bind.dig(name, record_type)

    [result] = await provider.publish([update(name, address, *held, ttl=600)])
    await _ddclient(other, tmp_path, name, address)

    assert result in (Outcome.UPDATED, Outcome.CREATED)
    for server in (bind, other):
        assert await server.dig(name, record_type) == [address]
        assert await server.ttl(name, record_type) == 600
        assert await server.serial() == 2
        assert any(f"/key {WHOLE_ZONE_KEY}" in line for line in server.log)
    added = f"adding an RR at '{name}' {record_type} {address}"
    # the one difference: what is deleted before, see below
    assert _changes(bind) == [
        *(f"deleting an RR at {name} {record_type}" for _ in held),
        added,
    ]
    assert _changes(other) == [f"deleting rrset at '{name}' {record_type}", added]


async def test_ours_leaves_addresses_of_others(
    bind: Bind, other: Bind, provider: Rfc2136, tmp_path: Path
) -> None:
    """The difference is right: ddclient deletes an address that is not its own, too."""
    require("ddclient")
    name = "shared.example.org"

    await provider.publish([update(name, NEW, "198.51.100.2")])
    await _ddclient(other, tmp_path, name, NEW)

    assert await bind.dig(name, "A") == ["198.51.100.3", NEW]
    assert await other.dig(name, "A") == [NEW]
