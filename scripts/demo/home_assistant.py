"""A real Home Assistant as a child process, in a folder of its own, on loopback."""

import asyncio
from collections.abc import Mapping
import fcntl
import json
import os
from pathlib import Path
import secrets
import signal
import sys
from typing import Any, Final, Self

import aiohttp

from .home_assistant_api import ApiError, HomeAssistantApi
from .ports import IPV4_LOOPBACK, free_port

COMPONENT: Final = Path(__file__).parents[2] / "custom_components" / "ddns_plus"

_PROGRAM = Path(__file__).with_name("run_home_assistant.py")

CONFIGURATION: Final = """\
homeassistant:
  name: DDNS Plus demo
  country: DE
  currency: EUR
  unit_system: metric
frontend:
api:
config:
history:
logbook:
logger:
  default: warning
  logs:
    custom_components.ddns_plus: debug
"""

# The first start installs the frontend and what else it needs: that may take minutes.
_START_SECONDS = 900
_STOP_SECONDS = 60
_RESTART_EXIT_CODE = 100
_LOCK_FILE = ".ha_run.lock"
_POLL_SECONDS = 0.1
_RECOVERY = "Activating recovery mode"
_SECRET_FILE = "instance.txt"


class HomeAssistantFailed(Exception):
    """Home Assistant does not run; the text ends with what its log says."""


class HomeAssistantInstance(HomeAssistantApi):
    """Home Assistant with a ready user; `async with` starts and stops it.

    The folder is kept between starts: `restart()` finds everything again. The
    component is linked into it, so a restart also takes changed code.
    """

    def __init__(
        self,
        config_dir: Path,
        *,
        python: Path | None = None,
        component: Path = COMPONENT,
        configuration: str = CONFIGURATION,
        port: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare an instance.

        `python` is the interpreter Home Assistant is installed for (this one without),
        `component` the custom integration to link in, `port` the one to listen on (any
        free one without), `environment` what to add to the environment.
        """
        self.port = port or free_port()
        super().__init__(f"http://{IPV4_LOOPBACK}:{self.port}")
        self.config_dir = config_dir
        self.log_path = config_dir / "console.log"
        self._python = python or Path(sys.executable)
        self._component = component
        self._configuration = configuration
        self._environment = dict(environment or {})
        self._process: asyncio.subprocess.Process | None = None
        self._secret = secrets.token_urlsafe()
        self._log_start = 0

    async def __aenter__(self) -> Self:
        """Start."""
        try:
            await self.start()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()
        await self.close_session()

    # ------------------------------------------------------------------ the process

    async def start(self) -> None:
        """Start, onboard if that was not done yet, sign in, and wait until all is set up."""
        await asyncio.to_thread(self._prepare)
        self._log_start = len(self.log_text())
        with self.log_path.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                self._python,
                # -P: the modules beside the program are not for Home Assistant
                *("-P", _PROGRAM, "--config", self.config_dir, "--log-no-color"),
                cwd=self.config_dir,
                env=os.environ | self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A Ctrl-C at the terminal is for us; we then stop it gracefully.
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(_START_SECONDS):
                # Another server on this port does not know the secret in our folder.
                while await self._poll(f"/local/{_SECRET_FILE}") != self._secret:
                    await asyncio.sleep(_POLL_SECONDS)
                await self.onboard()
                await self.sign_in()
                while (await self._poll("/api/config"))["state"] != "RUNNING":
                    await asyncio.sleep(_POLL_SECONDS)
                await self._poll("/")
        except TimeoutError:
            raise self._failed(f"did not start within {_START_SECONDS} s") from None

    async def stop(self) -> None:
        """Stop gracefully; a process that does not follow is killed."""
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            await self.kill()
        self._process = None

    async def restart(self) -> None:
        """Stop gracefully and start again."""
        await self.stop()
        await self.start()

    async def kill(self) -> None:
        """End the process and its children at once, as a power cut would."""
        if self._process is not None:
            self.kill_now()
            await self._process.wait()
            self._process = None

    def kill_now(self) -> None:
        """Send the signal that ends the process and its children at once."""
        if self._process is not None and self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)

    async def run_until_stopped(self) -> int:
        """Wait for the end of the process; start it again when a user restarts it.

        Returns the exit code.
        """
        while True:
            assert self._process is not None
            code = await self._process.wait()
            if code != _RESTART_EXIT_CODE:
                return code
            await self.start()

    @property
    def pid(self) -> int | None:
        """Return the process id, None when there is no process."""
        return None if self._process is None else self._process.pid

    def log_text(self) -> str:
        """Return everything logged since the folder was made, over all restarts."""
        return (
            self.log_path.read_text(errors="replace") if self.log_path.exists() else ""
        )

    # ------------------------------------------------------------------ helpers

    def _prepare(self) -> None:
        """Write what the first start needs into the folder."""
        storage = self.config_dir / ".storage"
        storage.mkdir(parents=True, exist_ok=True)
        configuration = self.config_dir / "configuration.yaml"
        if not configuration.exists():
            configuration.write_text(self._configuration)
        www = self.config_dir / "www"
        www.mkdir(exist_ok=True)
        (www / _SECRET_FILE).write_text(self._secret)
        # Where to listen cannot be said in YAML: since 2026.11 that is a trial which is
        # reverted to all addresses, port 8123, after five minutes.
        _store(
            storage / "http",
            version=2,
            data={
                "stable": {
                    "server_host": [IPV4_LOOPBACK],
                    "server_port": self.port,
                    "cors_allowed_origins": [],
                    "login_attempts_threshold": -1,
                    "ip_ban_enabled": False,
                    "ssl_profile": "modern",
                    "use_x_frame_options": True,
                },
                "pending": None,
                "yaml_migration_done": True,
            },
        )
        if not (storage / "onboarding").exists():
            # This step would set up a weather service and a radio directory, which are
            # out on the internet.
            _store(storage / "onboarding", version=4, data={"done": ["core_config"]})
        link = self.config_dir / "custom_components" / self._component.name
        link.parent.mkdir(exist_ok=True)
        if not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(self._component.resolve(), target_is_directory=True)

    async def _poll(self, path: str) -> Any:
        """Return the answer of a path as soon as there is one."""
        while True:
            assert self._process is not None
            if (code := self._process.returncode) is not None:
                raise self._failed(f"ended with exit code {code}")
            # Then it may listen elsewhere: on all addresses, port 8123.
            if _RECOVERY in self.log_text()[self._log_start :]:
                raise self._failed("went into recovery mode")
            try:
                return await self.rest("GET", path)
            except aiohttp.ClientError, TimeoutError, ApiError:
                await asyncio.sleep(_POLL_SECONDS)

    def _failed(self, what: str) -> HomeAssistantFailed:
        """Return the error that says what happened, with what the log says about it."""
        lines = self.log_text()[self._log_start :].splitlines()
        told = [line for line in lines if " ERROR (" in line][:10] or lines[-20:]
        return HomeAssistantFailed(
            "\n".join([f"Home Assistant {what}; see {self.log_path}", *told])
        )


def is_in_use(config_dir: Path) -> bool:
    """Tell whether a Home Assistant runs in a folder."""
    try:
        with (config_dir / _LOCK_FILE).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _store(path: Path, *, version: int, data: dict[str, Any]) -> None:
    """Write a file of Home Assistant's storage."""
    content = {"version": version, "minor_version": 1, "key": path.name, "data": data}
    path.write_text(json.dumps(content, indent=2))
