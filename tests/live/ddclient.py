"""ddclient in a lab: the program most homes have, for comparing."""

import asyncio
import re
import subprocess

from tests.real.bind import WHOLE_ZONE_KEY
from tests.real.namespaces import require

from .canary import TSIG_SECRET
from .lab import TTL, Lab
from .outside import NAME_SERVER, ZONE
from .running_lab import with_names

# what it takes when nothing else is said
DEFAULT_INTERVAL_SECONDS = 300
_KEY = """\
key "{name}" {{ algorithm hmac-sha256; secret "{secret}"; }};
"""
_CONFIGURATION = """\
daemon={interval}
ssl=yes
ssl_ca_file={authority}
use=no, usev4=webv4, webv4={service}
protocol=nsupdate, server={server}, zone={zone}, ttl={ttl}
password={key}
{hostname}
"""


class Ddclient:
    """ddclient on the home's host; it asks one service, and updates at the name server."""

    def __init__(
        self,
        lab: Lab,
        hostname: str,
        *,
        service: str = "https://v4.ident.me/",
        interval: int = DEFAULT_INTERVAL_SECONDS,
    ) -> None:
        """Write its configuration."""
        require("ddclient", "nsupdate")
        self._lab = lab
        self._folder = lab.folder / "ddclient"
        self._folder.mkdir()
        self._program = with_names("ddclient", lab.outside, self._folder)
        key = self._folder / "nsupdate.key"
        key.write_text(_KEY.format(name=WHOLE_ZONE_KEY, secret=TSIG_SECRET))
        self._configuration = self._folder / "ddclient.conf"
        self._configuration.write_text(
            _CONFIGURATION.format(
                interval=interval,
                authority=lab.outside.authority.path,
                service=service,
                server=NAME_SERVER,
                key=key,
                zone=ZONE,
                ttl=TTL,
                hostname=hostname,
            )
        )
        self._configuration.chmod(0o600)

    async def look_once(self) -> None:
        """Have it look now, and update whatever it did before; raises RuntimeError."""
        process = await asyncio.create_subprocess_exec(
            *self._command("-daemon=0", "-force"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"ddclient: {output.decode()[-2000:]}")

    def start(self) -> subprocess.Popen[bytes]:
        """Start it as a daemon at its interval, in the foreground; it stops with the lab."""
        return self._lab.router.home.start(
            *self._command("-foreground"), log=self._folder / "ddclient.log"
        )

    def _command(self, *options: str) -> tuple[str, ...]:
        return (
            str(self._program),
            *options,
            f"-file={self._configuration}",
            f"-cache={self._folder / 'cache'}",
            f"-pid={self._folder / 'pid'}",
        )


async def ddclient_version() -> str:
    """Return the version that it tells in its usage."""
    process = await asyncio.create_subprocess_exec(
        "ddclient", "-help", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    usage, _ = await process.communicate()
    found = re.search(r"ddclient version ([\d.]+)", usage.decode())
    return found[1] if found else "of unknown version"


def is_ddclient(program: str) -> bool:
    """Return whether a web service was asked by ddclient, as it calls itself."""
    return program.startswith("ddclient/")
