"""Start the demo: `python -m scripts.demo`, or `scripts/develop`, which makes its Python first."""

import argparse
import asyncio
from contextlib import AsyncExitStack
import json
import os
from pathlib import Path
import shutil
import signal
import sys
import time

import aiohttp

from . import keep
from .home_assistant import HomeAssistantFailed, HomeAssistantInstance, is_in_use
from .home_assistant_api import PASSWORD, USERNAME, ApiError, FlowError
from .ports import free_port
from .servers import DemoServers
from .set_up import DNS_HOSTNAMES, devices, set_up, wait_until_followed

FOLDER = Path(__file__).parents[2] / ".cache" / "demo"

_HOME_ASSISTANT_PORT = 8123

# Two rounds of address checks and the updates take seconds; a slow machine gets a minute.
_FOLLOW_SECONDS = 60


class DemoFailed(Exception):
    """The demo cannot go on; the text says why and what to do."""


class Demo:
    """One run of the demo."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        """Keep what was asked for."""
        self._arguments = arguments
        self._config_dir: Path = arguments.folder / "config"
        self._saved: Path = arguments.folder / "servers.json"
        self._home_assistant: HomeAssistantInstance | None = None
        self._kept = False
        self._stopping = False

    async def run(self) -> int:
        """Run until someone stops it; return the exit code."""
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop, task)
        try:
            return await self._run()
        except asyncio.CancelledError:
            _say("Stopped.")
            return 1 if self._arguments.headless_check else 0
        except (
            DemoFailed,
            HomeAssistantFailed,
            ApiError,
            FlowError,
            OSError,
            aiohttp.ClientError,
        ) as error:
            _say(f"The demo failed: {error}")
            return 1

    def _stop(self, task: asyncio.Task[int]) -> None:
        """Stop gracefully; asked a second time, at once."""
        if self._stopping:
            if self._home_assistant is not None:
                self._home_assistant.kill_now()
            return
        self._stopping = True
        _say("Stopping everything; once more to stop at once.")
        task.cancel()

    async def _run(self) -> int:
        """Start everything and wait."""
        async with AsyncExitStack() as stack:
            servers = self._servers()
            wanted = servers.ports
            await stack.enter_async_context(servers)
            if self._kept and servers.ports != wanted:
                raise DemoFailed(
                    "another program uses a port that the kept accounts point to: "
                    f"wanted {wanted}, got {servers.ports}; stop it, or leave out --keep"
                )
            stack.callback(keep.save, servers, self._saved)
            if not servers.has_ipv6:
                _say(
                    "This machine has no IPv6 loopback address: the demo leaves IPv6 out."
                )
            if not servers.has_router:
                _say(
                    "Another program has the port of a router: the demo leaves it out."
                )
            _say(f"Demo page: {servers.page_url}")
            if self._arguments.servers_only:
                await asyncio.Event().wait()
            _say("Starting Home Assistant.")
            self._home_assistant = HomeAssistantInstance(
                self._config_dir, port=free_port(_HOME_ASSISTANT_PORT)
            )
            home_assistant = await stack.enter_async_context(self._home_assistant)
            _say("Setting DDNS Plus up through its config flow.")
            await set_up(home_assistant, servers)
            servers.links["home_assistant"] = home_assistant.url
            servers.state.tell()
            late = await wait_until_followed(servers, _FOLLOW_SECONDS)
            seconds = time.time() - self._arguments.started
            if self._arguments.headless_check:
                # what every page needs: it fails where a package of a default is missing
                await home_assistant.rest("GET", "/api/services")
                return await self._check(servers, late, seconds)
            if late:
                _say(f"Not published after {_FOLLOW_SECONDS} s: {', '.join(late)}.")
            await self._explain(home_assistant, servers, seconds)
            if code := await home_assistant.run_until_stopped():
                raise DemoFailed(
                    f"Home Assistant ended with exit code {code}; "
                    f"see {home_assistant.log_path}"
                )
            _say("Home Assistant was stopped, so the demo ends.")
            return 0

    def _servers(self) -> DemoServers:
        """Return the servers: new ones, or those a kept Home Assistant knows."""
        if is_in_use(self._config_dir):
            raise DemoFailed(
                f"a Home Assistant runs in {self._config_dir}: stop that demo first"
            )
        if self._arguments.keep:
            try:
                servers = keep.load(self._saved)
            except FileNotFoundError:
                _say("There is no earlier run to go on with: starting afresh.")
            except (ValueError, KeyError) as error:
                raise DemoFailed(
                    f"{self._saved} is damaged ({error!r}); leave out --keep"
                ) from error
            else:
                self._kept = True
                return servers
        shutil.rmtree(self._config_dir, ignore_errors=True)
        self._config_dir.mkdir(parents=True)
        return DemoServers()

    async def _check(
        self, servers: DemoServers, late: list[str], seconds: float
    ) -> int:
        """Change the address once, print what happened as JSON, return the exit code."""
        started_with = servers.state.provider_requests
        if not late:
            servers.state.set_addresses(
                {
                    family: servers.state.new_address(family)
                    for family in servers.state.families
                }
            )
            late = await wait_until_followed(servers, _FOLLOW_SECONDS)
        print(
            json.dumps(
                {
                    "ok": not late,
                    "late": late,
                    "seconds_to_published": round(seconds, 1),
                    "followed_ms": round(
                        (time.monotonic() - servers.state.changed_at) * 1000
                    ),
                    "first_provider_requests": started_with,
                    "provider_requests": servers.state.provider_requests,
                    "requests": servers.state.requests,
                    "addresses": {
                        family: str(address)
                        for family, address in servers.state.addresses.items()
                    },
                },
                indent=2,
            )
        )
        return 1 if late else 0

    async def _explain(
        self,
        home_assistant: HomeAssistantInstance,
        servers: DemoServers,
        seconds: float,
    ) -> None:
        """Print where everything is."""
        shown = "\n".join(
            f"    {device.url}  {device.name}"
            for device in await devices(home_assistant)
        )
        log = os.path.relpath(home_assistant.log_path)
        print(
            f"""
DDNS Plus is ready after {seconds:.0f} s.

  Home Assistant  {home_assistant.url}/  (user {USERNAME}, password {PASSWORD})
  Demo page       {servers.page_url}  change the public address, watch the records follow

  Pages of Home Assistant to look at:
{shown}

  Ask the demo's DNS server yourself:
    dig @127.0.0.1 -p {servers.ports.dns} {DNS_HOSTNAMES[0]} A +short
  Home Assistant's log: {log}

Ctrl-C stops everything.""",
            flush=True,
        )


def _say(text: str) -> None:
    """Tell the person at the terminal how far things are; standard output is for results."""
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="scripts/develop", description=__doc__)
    parser.add_argument(
        "--keep",
        action="store_true",
        help="go on with the Home Assistant and the records of the last run",
    )
    parser.add_argument(
        "--servers-only", action="store_true", help="start no Home Assistant"
    )
    parser.add_argument(
        "--headless-check",
        action="store_true",
        help="change the address once, print what happened as JSON, stop",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=FOLDER,
        help="where Home Assistant's configuration lives (default: .cache/demo)",
    )
    parser.add_argument(
        "--started", type=float, default=time.time(), help=argparse.SUPPRESS
    )
    arguments = parser.parse_args()
    arguments.folder = arguments.folder.resolve()
    return asyncio.run(Demo(arguments).run())


if __name__ == "__main__":
    sys.exit(main())
