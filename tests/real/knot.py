"""A real Knot DNS on loopback, with a key that may change a zone."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from custom_components.ddns_plus.core.provider_info import Setting

from .bind import SECRET, find_program, free_port, run

KEY = "updates"
ONE_NAME_KEY = "one-name"
_ZONE = """\
$ORIGIN example.org.
$TTL 300
@ IN SOA ns1 hostmaster 1 3600 600 86400 60
@ IN NS ns1
ns1 IN A 127.0.0.1
home 600 IN A 198.51.100.1
shared 600 IN A 198.51.100.2
shared 600 IN A 198.51.100.3
alias IN CNAME home
"""


@dataclass(kw_only=True)
class Knot:
    """A name server that runs in a folder of its own."""

    directory: Path
    port: int = field(default_factory=free_port)
    _process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it serves its zone."""
        (self.directory / "example.org.zone").write_text(_ZONE)
        configuration = self.directory / "knot.conf"
        configuration.write_text(_configuration(self.directory, self.port))
        with (self.directory / "log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(find_program("knotd"), "--config", str(configuration)),
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(20):
            while not await self._serves():
                assert self._process.returncode is None, (
                    self.directory / "log"
                ).read_text()
                await asyncio.sleep(0.05)

    async def _serves(self) -> bool:
        """Return whether it answers for its zone."""
        with suppress(AssertionError):
            return await self.serial() == 1
        return False

    async def stop(self) -> None:
        """Stop it and wait for its end."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.terminate()
        await self._process.wait()
        self._process = None

    async def dig(self, name: str, record_type: str, *options: str) -> Sequence[str]:
        """Return what dig says that the server holds, in order."""
        answer = await run(
            *("dig", "@127.0.0.1", "-p", str(self.port), "+norecurse", "+short"),
            *("+tries=1", "+time=1", *options, name, record_type),
        )
        return sorted(answer.split())

    async def ttl(self, name: str, record_type: str) -> int:
        """Return the TTL of a record set."""
        answer = await run(
            *("dig", "@127.0.0.1", "-p", str(self.port), "+noall", "+answer"),
            *(name, record_type),
        )
        return int(answer.split()[1])

    async def serial(self) -> int:
        """Return the serial number of the zone: it grows with every update."""
        answer = await run(
            *("dig", "@127.0.0.1", "-p", str(self.port), "+short", "+tries=1"),
            *("+time=1", "example.org", "SOA"),
        )
        words = answer.split()
        assert len(words) == 7, answer
        return int(words[2])

    def settings(self, **changes: Setting) -> Mapping[str, Setting]:
        """Return an account's settings."""
        settings: dict[str, Setting] = {
            "server": "127.0.0.1",
            "port": self.port,
            "zone": "example.org",
            "tsig_key_name": KEY,
            "tsig_algorithm": "hmac-sha256",
            "tsig_secret": SECRET,
        }
        return settings | changes


def _configuration(directory: Path, port: int) -> str:
    """Return Knot's configuration."""
    return f"""\
server:
  rundir: "{directory}"
  listen: [ "127.0.0.1@{port}" ]
  background-workers: 1
  udp-workers: 1
  tcp-workers: 1
log:
  - target: stdout
    any: info
database:
  storage: "{directory}"
key:
  - id: {KEY}
    algorithm: hmac-sha256
    secret: {SECRET}
  - id: {ONE_NAME_KEY}
    algorithm: hmac-sha256
    secret: {SECRET}
acl:
  - id: whole-zone
    key: {KEY}
    action: update
  - id: one-name
    key: {ONE_NAME_KEY}
    action: update
    update-owner: name
    update-owner-match: equal
    update-owner-name: home
zone:
  - domain: example.org
    storage: "{directory}"
    file: example.org.zone
    acl: [ whole-zone, one-name ]
"""


@asynccontextmanager
async def running_knot(directory: Path) -> AsyncGenerator[Knot]:
    """Run a name server; skip the test where a program for it is missing."""
    for program in ("knotd", "dig"):
        find_program(program)
    server = Knot(directory=directory)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
