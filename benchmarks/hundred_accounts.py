"""100 dyndns2 accounts, 100 ms per request: from the changed address to the last publish.

Run `python -m benchmarks.hundred_accounts` with the interpreter that Home Assistant is
installed for. Home Assistant is a real instance, set up through its config flow; ddclient
is the one on the PATH. Each is told to check at once when the address has changed, asks
the same address service, and updates at the same server, all on loopback. The floor is
the time of 100 bare requests at once, without any decision.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
import platform
import re
import shutil
from statistics import median
import sys
from tempfile import TemporaryDirectory

import aiohttp
from yarl import URL

from scripts.demo.home_assistant import HomeAssistantInstance

from .accounts import (
    ACCOUNTS,
    CONFIGURATION,
    REQUEST_SECONDS,
    Accounts,
    Servers,
    hostname,
)

ROUNDS = 5

type Step = Callable[[], Awaitable[None]]


async def measured(servers: Servers, update: Step, prepare: Step) -> list[float]:
    """Return the seconds of each round of change and update."""
    seconds = []
    for _ in range(ROUNDS):
        await prepare()
        servers.change()
        await update()
        await servers.until_published()
        if servers.requests != ACCOUNTS:
            raise RuntimeError(f"{servers.requests} requests for {ACCOUNTS} accounts")
        seconds.append(servers.seconds)
    return seconds


async def nothing() -> None:
    """Prepare nothing."""


async def measure_floor(servers: Servers, _folder: Path) -> list[float]:
    """Return the seconds of as many requests, made at once."""
    connector = aiohttp.TCPConnector(limit=ACCOUNTS)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def request(number: int) -> None:
            query = {"hostname": hostname(number), "myip": servers.address}
            async with session.get(servers.update_url, params=query) as response:
                await response.read()

        async def update() -> None:
            await asyncio.gather(*map(request, range(ACCOUNTS)))

        return await measured(servers, update, nothing)


async def measure_ours(servers: Servers, folder: Path) -> list[float]:
    """Return the seconds of DDNS Plus in a real Home Assistant."""
    instance = HomeAssistantInstance(folder, configuration=CONFIGURATION)
    async with instance as home_assistant:
        accounts = Accounts(home_assistant, servers)
        await accounts.add_connection()
        await accounts.add_accounts()
        return await measured(servers, accounts.check, accounts.forget_changes)


async def measure_ddclient(servers: Servers, folder: Path) -> list[float]:
    """Return the seconds of ddclient."""
    folder.mkdir()
    configuration = folder / "ddclient.conf"
    hosts = "\n".join(
        f"login=user{number}, password=secret {hostname(number)}"
        for number in range(ACCOUNTS)
    )
    configuration.write_text(
        f"ssl=no\nuse=web, web={servers.echo_url}\n"
        f"protocol=dyndns2\nserver={URL(servers.update_url).authority}\n{hosts}\n"
    )
    configuration.chmod(0o600)

    async def update() -> None:
        code, output = await run(
            "ddclient",
            *("-daemon=0", "-force", f"-file={configuration}"),
            *(f"-cache={folder / 'cache'}", f"-pid={folder / 'pid'}"),
        )
        if code:
            raise RuntimeError(f"ddclient failed: {output[-2000:]}")

    return await measured(servers, update, nothing)


async def run(program: str, *arguments: str) -> tuple[int | None, str]:
    """Run a program to its end; return its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def ddclient_version() -> str:
    """Return the version that ddclient tells in its usage."""
    _, usage = await run("ddclient", "-help")
    found = re.search(r"ddclient version ([\d.]+)", usage)
    return found[1] if found else "of unknown version"


def shown(name: str, seconds: list[float], ours: float) -> str:
    """Return a line of the result."""
    middle = median(seconds)
    return (
        f"{name:34} median {middle:6.3f} s   best {min(seconds):6.3f} s"
        f"   worst {max(seconds):6.3f} s   {middle / ours:6.2f} x"
    )


async def main() -> int:
    """Measure, and print the figures and their ratios."""
    if shutil.which("ddclient") is None:
        print("ddclient is not installed: there is nothing to compare with")
        return 1
    version = await ddclient_version()
    servers = Servers()
    await servers.start()
    try:
        with TemporaryDirectory() as name:
            folder = Path(name)
            ours = await measure_ours(servers, folder / "config")
            floor = await measure_floor(servers, folder)
            peer = await measure_ddclient(servers, folder / "ddclient")
    finally:
        await servers.stop()
    middle = median(ours)
    print(
        f"{ACCOUNTS} accounts, {REQUEST_SECONDS * 1000:.0f} ms per request, {ROUNDS} "
        f"rounds; Python {platform.python_version()}, {platform.machine()}"
    )
    print(shown("DDNS Plus in Home Assistant", ours, middle))
    print(shown("floor: bare requests at once", floor, middle))
    print(shown(f"ddclient {version}", peer, middle))
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
