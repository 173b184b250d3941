"""Network namespaces: hosts of a test's own on this machine, gone when the test is over."""

import asyncio
from collections.abc import Callable, Coroutine, Generator, Iterable
from contextlib import contextmanager
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys
import threading
from typing import Any, BinaryIO

import pytest

_NEEDED = ("ip", "nft", "sysctl")
_STOP_SECONDS = 5


def why_not() -> str | None:
    """Return why this machine cannot have namespaces, None if it can."""
    if not hasattr(os, "setns"):
        return "network namespaces are a thing of Linux"
    if os.geteuid() != 0:
        return "making network namespaces needs root"
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    return f"not installed: {', '.join(missing)}" if missing else None


class Namespace:
    """A host: its commands, its servers, and Python code that runs on it."""

    def __init__(self, name: str) -> None:
        """Keep the name; `namespaces` makes and removes it."""
        self.name = name
        self._processes: list[subprocess.Popen[bytes]] = []

    def ip(self, *arguments: str) -> str:
        """Run `ip` on this host, with arguments such as "addr", "add", ..."""
        return _run("ip", "-n", self.name, *arguments)

    def run(self, *command: str) -> str:
        """Run a command here until it ends, and return what it printed."""
        return _run("ip", "netns", "exec", self.name, *command)

    def sysctl(self, *settings: str) -> None:
        """Set kernel settings here, as in "net.ipv4.ip_forward=1"."""
        self.run("sysctl", "-qw", *settings)

    def nft(self, *rules: str) -> None:
        """Run one nft command after the other here."""
        for rule in rules:
            self.run("nft", rule)

    def start(
        self, *command: str, log: Path, environment: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program here that stays in the foreground; it is stopped at the end."""
        with log.open("ab") as output:
            process = subprocess.Popen(
                ["ip", "netns", "exec", self.name, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
            )
        self._processes.append(process)
        return process

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """Stop a program that was started here."""
        self._processes.remove(process)
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def stop_all(self) -> None:
        """Stop what runs here, the last one first."""
        for process in reversed(self._processes.copy()):
            self.stop(process)

    async def call[ResultT](
        self, function: Callable[[], Coroutine[Any, Any, ResultT]]
    ) -> ResultT:
        """Run a coroutine on this host, in a thread and an event loop of its own.

        Sockets that it opens, also in threads that it starts, are this host's.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[ResultT] = loop.create_future()

        def enter() -> None:
            """Enter the namespace, run, and hand over what came of it."""
            try:
                with Path("/run/netns", self.name).open("rb") as file:
                    move_to(file)
                result = asyncio.run(function())
            except BaseException as err:  # noqa: BLE001 - it is raised over there
                loop.call_soon_threadsafe(done.set_exception, err)
            else:
                loop.call_soon_threadsafe(done.set_result, result)

        # not from a pool: a thread that has entered a namespace stays there
        thread = threading.Thread(target=enter, name=self.name, daemon=True)
        thread.start()
        try:
            return await done
        finally:
            if done.done() and not done.cancelled():
                # it has nothing left to do, and must not be found by the next test
                thread.join()


@contextmanager
def namespaces(*names: str) -> Generator[list[Namespace]]:
    """Make namespaces for as long as a test needs them; skips where that is not possible."""
    if (reason := why_not()) is not None:
        pytest.skip(reason)
    # several test runs may be on this machine
    made = [Namespace(f"{name}-{os.getpid()}") for name in names]
    try:
        for namespace in made:
            _run("ip", "netns", "add", namespace.name)
            namespace.ip("link", "set", "lo", "up")
        yield made
    finally:
        for namespace in made:
            namespace.stop_all()
            for process_id in _left_in(namespace.name):
                os.kill(process_id, signal.SIGKILL)
            subprocess.run(
                ["ip", "netns", "del", namespace.name], check=False, capture_output=True
            )


def link(one: Namespace, name: str, other: Namespace, other_name: str) -> None:
    """Put a cable between two hosts: an interface with this name on each."""
    one.ip("link", "add", name, "type", "veth", "peer", other_name, "netns", other.name)
    one.ip("link", "set", name, "up")
    other.ip("link", "set", other_name, "up")


def move_to(namespace: BinaryIO) -> None:
    """Put this thread on the host whose opened namespace this is."""
    if sys.platform == "linux":
        os.setns(namespace.fileno(), os.CLONE_NEWNET)


def require(*programs: str) -> None:
    """Skip where one of these programs is not installed."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    missing = [name for name in programs if shutil.which(name, path=path) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


def _left_in(name: str) -> Iterable[int]:
    """Return the processes that a program left behind in a namespace."""
    return [int(text) for text in _run("ip", "netns", "pids", name).split()]


def _run(*command: str) -> str:
    """Run a command, and raise what it says when it fails."""
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode:
        raise RuntimeError(f"{' '.join(command)}: {found.stderr.strip()}")
    return found.stdout
