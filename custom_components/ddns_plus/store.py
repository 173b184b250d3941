"""Stored state of all entries: one file, written before and after each provider call."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, override

from atomicwrites import AtomicWriter  # type: ignore[import-untyped]

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.json import json_bytes
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN, LOGGER
from .core.detection.memory import ConnectionState
from .core.engine.state import AccountState

STORAGE_KEY = f"{DOMAIN}.state"
STORAGE_VERSION = 1
_ACCOUNTS = "accounts"
_CONNECTIONS = "connections"
_DAMAGE = (AttributeError, KeyError, TypeError, ValueError)
# the file is unreadable, or of another version
_UNREADABLE = (*_DAMAGE, HomeAssistantError, NotImplementedError)


type _States = dict[str, AccountState] | dict[str, ConnectionState]


class _StateFile(Store[dict[str, Any]]):
    """The file; what it cannot take is logged when that begins and when it ends."""

    _failing = False

    @override
    def _write_data(self, data: dict[str, Any]) -> None:
        try:
            if self._failing:
                # Home Assistant logs each failure of its own
                Path(self.path).parent.mkdir(parents=True, exist_ok=True)
                with AtomicWriter(self.path, mode="wb", overwrite=True).open() as file:
                    file.write(json_bytes(data))
            else:
                super()._write_data(data)
        except (OSError, WriteError) as err:
            self._note(err)
        else:
            self._note(None)

    @override
    async def async_remove(self) -> None:
        try:
            await super().async_remove()
        except OSError as err:
            self._note(err)
        else:
            self._note(None)

    def _note(self, error: Exception | None) -> None:
        """Log if the disk takes nothing any more, or takes it again."""
        if error and not self._failing:
            LOGGER.error("The state cannot be stored, updates go on: %s", error)
        elif self._failing and not error:
            LOGGER.warning("The state is stored again")
        self._failing = error is not None


class StateStore:
    """The state of all accounts, and the last known addresses of all connections.

    Accounts that write at the same moment share one write. A state that cannot be
    written is kept in memory: a full disk must not keep a home from being updated, and
    losing the state does no more harm than a crash.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Prepare the store."""
        self._store = _StateFile(
            hass,
            STORAGE_VERSION,
            STORAGE_KEY,
            private=True,
            atomic_writes=True,
            serialize_in_event_loop=False,
        )
        self._hass = hass
        self._accounts: dict[str, AccountState] = {}
        self._connections: dict[str, ConnectionState] = {}
        self._writing = asyncio.Lock()
        self._next_write: asyncio.Task[None] | None = None

    async def async_load(self) -> None:
        """Load the file; unreadable parts are left out and logged once."""
        try:
            stored = await self._store.async_load()
            if stored is None:
                return
            accounts, connections = stored.get(_ACCOUNTS), stored.get(_CONNECTIONS)
        except _UNREADABLE:
            LOGGER.warning(
                "The stored state cannot be read and is left out: all is published again"
            )
            return
        self._accounts = await self._async_readable(accounts, AccountState.from_json)
        self._connections = await self._async_readable(
            connections, ConnectionState.from_json
        )

    def account(self, entry_id: str) -> AccountState:
        """Return the state of an account, an empty one if nothing is stored."""
        return self._accounts.get(entry_id) or AccountState()

    def connection(self, entry_id: str) -> ConnectionState:
        """Return the stored state of a connection."""
        return self._connections.get(entry_id) or ConnectionState()

    async def async_set_account(self, entry_id: str, state: AccountState) -> None:
        """Store the state of an account; returns when it is on disk."""
        if self.account(entry_id) != state:
            self._accounts[entry_id] = state
            await self._async_write()

    async def async_set_connection(self, entry_id: str, state: ConnectionState) -> None:
        """Store the state of a connection; returns when it is on disk."""
        if self.connection(entry_id) != state:
            self._connections[entry_id] = state
            await self._async_write()

    async def async_remove(self, entry_id: str) -> None:
        """Delete the state of an entry."""
        account = self._accounts.pop(entry_id, None)
        connection = self._connections.pop(entry_id, None)
        if account is not None or connection is not None:
            await self._async_write()

    async def _async_write(self) -> None:
        """Write, together with all changes made before the next write starts."""
        if self._next_write is None:
            # an eager task might end before it is assigned
            self._next_write = self._hass.async_create_task(
                self._async_write_next(), f"{STORAGE_KEY} write", eager_start=False
            )
        # a cancelled caller must not cancel the write of others
        await asyncio.shield(self._next_write)

    async def _async_write_next(self) -> None:
        """Write after the write that runs."""
        async with self._writing:
            self._next_write = None
            if self._accounts or self._connections:
                # states are immutable; the copies of the mappings are consistent
                data = await self._hass.async_add_executor_job(
                    _as_json, dict(self._accounts), dict(self._connections)
                )
                await self._store.async_save(data)
            else:
                await self._store.async_remove()

    async def _async_readable[ValueT](
        self, stored: object, read: Callable[[Any], ValueT]
    ) -> dict[str, ValueT]:
        """Return the readable states of a stored mapping whose entries exist."""
        if not isinstance(stored, dict):
            LOGGER.warning("A part of the stored state is damaged and is left out")
            return {}
        # an entry may have been removed while the integration did not run
        entries = {
            key: entry
            for key in stored
            if (entry := self._hass.config_entries.async_get_entry(key)) is not None
        }
        readable = await self._hass.async_add_executor_job(
            _readable, {key: stored[key] for key in entries}, read
        )
        for key, entry in entries.items():
            if key not in readable:
                LOGGER.warning(
                    "The stored state of %s is damaged and is left out", entry.title
                )
        return readable


DATA_STORE: HassKey[StateStore] = HassKey(f"{DOMAIN}_store")


def _as_json(*sections: _States) -> dict[str, Any]:
    """Return the content of the file."""
    return {
        name: {key: state.as_json() for key, state in states.items()}
        for name, states in zip((_ACCOUNTS, _CONNECTIONS), sections, strict=True)
    }


def _readable[ValueT](
    stored: dict[str, Any], read: Callable[[Any], ValueT]
) -> dict[str, ValueT]:
    """Return the states that can be read."""
    readable: dict[str, ValueT] = {}
    for key, data in stored.items():
        with suppress(*_DAMAGE):
            readable[key] = read(data)
    return readable
