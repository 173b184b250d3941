"""The surroundings that every client is run in: a namespace where all hosts are one server."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
import ssl

from tests.providers.certificates import certificate_authority
from tests.real.namespaces import Namespace

from .recording_server import RecordingServer

_TIME_LIMIT = 30
_WITH_OWN_HOSTS = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """A namespace, the server in it, and a folder for what clients read and write."""

    namespace: Namespace
    server: RecordingServer
    folder: Path

    @property
    def authority(self) -> Path:
        """Return the file of certificates that a client has to trust."""
        file = self.folder / "authority.pem"
        if not file.exists():
            context = certificate_authority().client_context()
            file.write_text(
                "".join(
                    ssl.DER_cert_to_PEM_cert(certificate)
                    for certificate in context.get_ca_certs(binary_form=True)
                )
            )
        return file

    async def run(self, *command: str, hosts: Iterable[str]) -> str:
        """Run a client that finds these hosts here; return what it printed.

        Whether it succeeded is not looked at: what it asked for is.
        """
        file = self.folder / "hosts"
        names = " ".join(hosts)
        file.write_text(f"127.0.0.1 localhost {names}\n")
        log = self.folder / "log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *("ip", "netns", "exec", self.namespace.name),
                *("unshare", "--mount", "sh", "-c", _WITH_OWN_HOSTS, "sh", str(file)),
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                cwd=self.folder,
            )
        try:
            async with asyncio.timeout(_TIME_LIMIT):
                await process.wait()
        except TimeoutError:
            said = log.read_text(errors="replace")
            raise AssertionError(f"{command[0]} does not end: {said}") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return log.read_text(errors="replace")
