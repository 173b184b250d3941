"""A real BIND on loopback, with keys that may change a zone or one name of it."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
import os
from pathlib import Path
import shutil
import socket

import pytest

from custom_components.ddns_plus.core.net.tsig import TSIG_ALGORITHMS
from custom_components.ddns_plus.core.provider_info import Setting

SECRET = b64encode(b"a secret of thirty-two characters").decode()
WHOLE_ZONE_KEY = "whole-zone"
ONE_NAME_KEY = "one-name"
# administrators work outside of what the policy lets the other keys do
ADMIN_KEY = "admin"

_SYSTEM_PATHS = ("/usr/sbin", "/usr/local/sbin")
_KEYS = {
    WHOLE_ZONE_KEY: "hmac-sha256",
    ONE_NAME_KEY: "hmac-sha256",
    ADMIN_KEY: "hmac-sha256",
    **{f"key-{algorithm}": algorithm for algorithm in TSIG_ALGORITHMS},
}
_ZONE_FILE = """\
$TTL 300
@ IN SOA ns1 hostmaster 1 3600 600 86400 60
@ IN NS ns1
ns1 IN A 127.0.0.1
"""
_ZONES = {
    "example.org": """\
@ 900 IN A 198.51.100.9
home 600 IN A 198.51.100.1
shared 600 IN A 198.51.100.2
shared 600 IN A 198.51.100.3
alias IN CNAME home
*.any 300 IN A 198.51.100.4
*.alias IN CNAME home
delegated IN NS ns.example.net.
""",
    "deep.example.org": "",
    "locked.example": "home IN A 198.51.100.1\n",
    "silent.example": "",
}


def find_program(name: str) -> str:
    """Return the path of a program; skip the test where it is missing."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *_SYSTEM_PATHS))
    program = shutil.which(name, path=path)
    if program is None:
        pytest.skip(f"{name} is not installed (scripts/setup --system installs it)")
    return program


async def run(program: str, *arguments: str, text: str = "") -> str:
    """Run a program to its end and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        find_program(program),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate(text.encode())
    assert process.returncode == 0, output.decode()
    return output.decode()


def free_port() -> int:
    """Return a port that is free for both families and both transports."""
    for _ in range(50):
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as listener:
            listener.bind(("::1", 0))
            port: int = listener.getsockname()[1]
            with suppress(OSError):
                for family, kind, host in (
                    (socket.AF_INET, socket.SOCK_STREAM, "127.0.0.1"),
                    (socket.AF_INET, socket.SOCK_DGRAM, "127.0.0.1"),
                    (socket.AF_INET6, socket.SOCK_DGRAM, "::1"),
                ):
                    with socket.socket(family, kind) as other:
                        other.bind((host, port))
                return port
    raise RuntimeError("no port is free")


@dataclass(kw_only=True)
class Bind:
    """A name server that runs in a folder of its own.

    `secret` is that of all keys; a changed one counts from the next start on.
    """

    directory: Path
    host: str = "127.0.0.1"
    port: int = field(default_factory=free_port)
    secret: str = SECRET
    log: list[str] = field(default_factory=list)
    _process: asyncio.subprocess.Process | None = None
    _reader: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it and wait until it serves its zones."""
        self._write_files()
        # a copy: AppArmor confines the program, by its path, to the system's folders
        program = self.directory / "named"
        if not program.exists():
            shutil.copy(find_program("named"), program)
        self._process = await asyncio.create_subprocess_exec(
            program,
            *("-g", "-c", str(self.directory / "named.conf")),
            stderr=asyncio.subprocess.PIPE,
        )
        running = asyncio.Event()
        self._reader = asyncio.create_task(self._read(running))
        async with asyncio.timeout(20):
            await running.wait()
        assert self._process.returncode is None, "\n".join(self.log)

    def _write_files(self) -> None:
        """Write the configuration, and the zones unless they were changed before."""
        (self.directory / "named.conf").write_text(
            _configuration(self.directory, self.host, self.port, self.secret)
        )
        for zone, records in _ZONES.items():
            file = self.directory / f"{zone}.zone"
            if not file.exists():
                file.write_text(_ZONE_FILE + records)

    async def stop(self) -> None:
        """Stop it and wait for its end."""
        if self._process is None or self._reader is None:
            return
        with suppress(ProcessLookupError):
            self._process.terminate()
        await self._process.wait()
        await self._reader
        self._process = None

    async def _read(self, running: asyncio.Event) -> None:
        """Keep what it logs."""
        assert self._process is not None
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self.log.append(line.decode().rstrip())
            if self.log[-1].endswith(" running"):
                running.set()
        running.set()

    @property
    def signed_messages(self) -> int:
        """Return how many lines it logged on messages that were signed with a key."""
        return sum(" client @" in line and "/key " in line for line in self.log)

    async def dig(self, name: str, record_type: str, *options: str) -> Sequence[str]:
        """Return what dig says that the server holds, in order."""
        answer = await run(
            *("dig", f"@{self.host}", "-p", str(self.port), "+norecurse", "+short"),
            *(*options, name, record_type),
        )
        return sorted(answer.split())

    async def ttl(self, name: str, record_type: str) -> int:
        """Return the TTL of a record set."""
        answer = await run(
            *("dig", f"@{self.host}", "-p", str(self.port), "+norecurse", "+noall"),
            *("+answer", name, record_type),
        )
        return int(answer.split()[1])

    async def serial(self, zone: str = "example.org") -> int:
        """Return the serial number of a zone: it grows by one with every update."""
        [answer] = (
            await run(
                *("dig", f"@{self.host}", "-p", str(self.port), "+short", zone, "SOA")
            )
        ).splitlines()
        return int(answer.split()[2])

    async def change(self, *commands: str) -> None:
        """Change the zone as somebody else does."""
        await run(
            *("nsupdate", "-y", f"hmac-sha256:{ADMIN_KEY}:{self.secret}"),
            text="\n".join(
                (f"server {self.host} {self.port}", *commands, "send", "quit", "")
            ),
        )

    def settings(self, **changes: Setting) -> Mapping[str, Setting]:
        """Return an account's settings."""
        settings: dict[str, Setting] = {
            "server": self.host,
            "port": self.port,
            "zone": "example.org",
            "tsig_key_name": WHOLE_ZONE_KEY,
            "tsig_algorithm": "hmac-sha256",
            "tsig_secret": self.secret,
        }
        return settings | changes


def _configuration(directory: Path, host: str, port: int, secret: str) -> str:
    """Return BIND's configuration."""
    keys = "".join(
        f'key "{name}" {{ algorithm {algorithm}; secret "{secret}"; }};\n'
        for name, algorithm in _KEYS.items()
    )
    policy = " ".join(
        f'grant "{name}" zonesub {"ANY" if name == ADMIN_KEY else "A AAAA"};'
        for name in _KEYS
        if name != ONE_NAME_KEY
    )
    one_name = f"grant {ONE_NAME_KEY} name home.example.org. A AAAA;"
    zones = "".join(
        f'zone "{zone}" {{ type primary; file "{zone}.zone"; {access} }};\n'
        for zone, access in (
            (
                "example.org",
                f"update-policy {{ {policy} {one_name} }};",
            ),
            ("deep.example.org", f"allow-update {{ key {WHOLE_ZONE_KEY}; }};"),
            ("locked.example", "allow-update { none; };"),
            (
                "silent.example",
                f"allow-query {{ none; }}; allow-update {{ key {WHOLE_ZONE_KEY}; }};",
            ),
        )
    )
    return f"""\
{keys}
controls {{}};
options {{
  directory "{directory}";
  pid-file "{directory}/named.pid";
  session-keyfile "{directory}/session.key";
  listen-on port {port} {{ {host}; }};
  listen-on-v6 port {port} {{ ::1; }};
  recursion no; notify no; querylog yes; dnssec-validation no;
  allow-transfer {{ none; }};
}};
{zones}"""


@asynccontextmanager
async def running_bind(directory: Path, secret: str = SECRET) -> AsyncGenerator[Bind]:
    """Run a name server; skip the test where a program for it is missing."""
    for program in ("named", "nsupdate", "dig"):
        find_program(program)
    server = Bind(directory=directory, secret=secret)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
