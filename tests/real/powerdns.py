"""A real PowerDNS on loopback, with its HTTP API and dynamic updates."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
import sqlite3
from typing import Any

import aiohttp
import pytest

from custom_components.ddns_plus.core.provider_info import Setting

from .bind import SECRET, find_program, free_port, run

API_KEY = "a-key-for/the+api=="
TSIG_KEY = "updates"
_SCHEMA = Path("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql")
_PACKAGE = "pdns-backend-sqlite3 is not installed (scripts/setup --system installs it)"
_OFF = {"content": "198.51.100.8", "disabled": True}


def _rrset(name: str, kind: str, *contents: str, ttl: int = 600) -> dict[str, Any]:
    """Return a record set of the zone, as the API has it."""
    records = [{"content": each, "disabled": False} for each in contents]
    return {"name": f"{name}.", "type": kind, "ttl": ttl, "records": records}


_RECORD_SETS = [
    _rrset("home.example.org", "A", "198.51.100.1")
    | {"comments": [{"content": "the house", "account": "admin"}]},
    _rrset("shared.example.org", "A", "198.51.100.2", "198.51.100.3"),
    _rrset("alias.example.org", "CNAME", "home.example.org."),
    _rrset("flat.example.org", "ALIAS", "home.example.org."),
    _rrset("lua.example.org", "LUA", "A \"ifportup(80, {'198.51.100.1'})\""),
    _rrset("text.example.org", "LUA", 'TXT "os.date()"'),
    _rrset("deep.down.example.org", "A", "198.51.100.5"),
    _rrset("off.example.org", "A") | {"records": [_OFF]},
    _rrset("partly.example.org", "A", "198.51.100.7")
    | {"records": [{"content": "198.51.100.7", "disabled": False}, _OFF]},
]


@dataclass(kw_only=True)
class PowerDns:
    """A name server that runs in a folder of its own."""

    directory: Path
    port: int = field(default_factory=free_port)
    api_port: int = field(default_factory=free_port)
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Return where the API is."""
        return f"http://127.0.0.1:{self.api_port}"

    async def start(self) -> None:
        """Start it and wait until it serves its zones."""
        database = self.directory / "powerdns.sqlite3"
        if not database.exists():
            with sqlite3.connect(database) as connection:
                connection.executescript(_SCHEMA.read_text())
            connection.close()
        (self.directory / "pdns.conf").write_text(self._configuration(database))
        with (self.directory / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                find_program("pdns_server"),
                f"--config-dir={self.directory}",
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(20):
            while True:
                with suppress(aiohttp.ClientError):
                    await self.api("GET", "")
                    return
                assert self._process.returncode is None
                await asyncio.sleep(0.05)

    def _configuration(self, database: Path) -> str:
        """Return PowerDNS's configuration."""
        return f"""\
launch=gsqlite3
gsqlite3-database={database}
gsqlite3-dnssec=yes
socket-dir={self.directory}
local-address=127.0.0.1
local-port={self.port}
api=yes
api-key={API_KEY}
webserver=yes
webserver-address=127.0.0.1
webserver-port={self.api_port}
webserver-allow-from=127.0.0.1
dnsupdate=yes
allow-dnsupdate-from=127.0.0.1/32
enable-lua-records=yes
security-poll-suffix=
default-soa-edit=INCREASE
query-cache-ttl=0
cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
receiver-threads=1
retrieval-threads=1
signing-threads=1
daemon=no
guardian=no
write-pid=no
"""

    async def stop(self) -> None:
        """Stop it and wait for its end."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        self._process = None

    async def api(self, method: str, path: str, json: Any = None) -> Any:
        """Call the API as its administrator does."""
        url = f"{self.url}/api/v1/servers/localhost{path}"
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method, url, json=json, headers={"X-API-Key": API_KEY}
            ) as answer,
        ):
            text = await answer.text()
            assert answer.status < 300, text
            return await answer.json() if text else None

    async def add_zones(self) -> None:
        """Make the zones: one of its own, one within it, one copied from elsewhere."""
        for name, rrsets in (("example.org", _RECORD_SETS), ("sub.example.org", [])):
            zone = {"name": f"{name}.", "kind": "Native", "rrsets": rrsets}
            await self.api(
                "POST", "/zones", zone | {"nameservers": ["ns.example.net."]}
            )
        copied = {"name": "copied.example.", "kind": "Slave", "masters": ["127.0.0.9"]}
        await self.api("POST", "/zones", copied)

    def fill(self, records: int) -> None:
        """Put many address records into the zone, past the API, which is slow at it."""
        with sqlite3.connect(self.directory / "powerdns.sqlite3", timeout=60) as base:
            base.executemany(
                "INSERT INTO records (domain_id, name, type, content, ttl, auth) "
                "SELECT id, ?, 'A', '198.51.100.9', 600, 1 FROM domains "
                "WHERE name = 'example.org'",
                ((f"host{number}.example.org",) for number in range(records)),
            )
        base.close()

    async def allow_updates(self) -> None:
        """Let whoever signs with the key update the zone."""
        key = {"name": TSIG_KEY, "algorithm": "hmac-sha256", "key": SECRET}
        await self.api("POST", "/tsigkeys", key)
        # not through the API: this kind of metadata is no business of it
        await run(
            *("pdnsutil", f"--config-dir={self.directory}", "set-meta"),
            *("example.org", "TSIG-ALLOW-DNSUPDATE", TSIG_KEY),
        )

    async def rrset(self, name: str, kind: str) -> dict[str, Any] | None:
        """Return a record set with its comments, None where there is none."""
        zone = await self.api("GET", "/zones/example.org.")
        found = [
            each
            for each in zone["rrsets"]
            if (each["name"], each["type"]) == (f"{name}.", kind)
        ]
        return found[0] if found else None

    async def held(self, name: str, kind: str = "A") -> list[str]:
        """Return the values of a record set, those that are disabled in brackets."""
        rrset = await self.rrset(name, kind)
        return sorted(
            f"({each['content']})" if each["disabled"] else each["content"]
            for each in (rrset or {"records": []})["records"]
        )

    async def serial(self) -> int:
        """Return the serial number of the zone: it grows with every update."""
        serial: int = (await self.api("GET", "/zones/example.org."))["serial"]
        return serial

    def settings(self, **changes: Setting) -> Mapping[str, Setting]:
        """Return an account's settings for the API."""
        settings: dict[str, Setting] = {
            "api_url": self.url,
            "api_key": API_KEY,
            "allow_http": True,
        }
        return settings | changes

    def update_settings(self, **changes: Setting) -> Mapping[str, Setting]:
        """Return an account's settings for dynamic updates."""
        settings: dict[str, Setting] = {
            "server": "127.0.0.1",
            "port": self.port,
            "zone": "example.org",
            "tsig_key_name": TSIG_KEY,
            "tsig_algorithm": "hmac-sha256",
            "tsig_secret": SECRET,
        }
        return settings | changes


@asynccontextmanager
async def running_powerdns(directory: Path) -> AsyncGenerator[PowerDns]:
    """Run a name server with its zones; skip the test where a program is missing."""
    for program in ("pdns_server", "pdnsutil"):
        find_program(program)
    if not _SCHEMA.is_file():
        pytest.skip(_PACKAGE)
    server = PowerDns(directory=directory)
    try:
        await server.start()
        await server.add_zones()
        yield server
    finally:
        await server.stop()
