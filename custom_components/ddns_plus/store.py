"""What survives a restart: one file, written before and after each provider call."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN, LOGGER
from .core.address import Address, Family
from .core.json_form import JsonForm
from .core.state import AccountState

STORAGE_KEY = f"{DOMAIN}.state"
STORAGE_VERSION = 1
_ACCOUNTS = "accounts"
_CONNECTIONS = "connections"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionState(JsonForm):
    """The addresses of a connection that were last believed, and since when."""

    addresses: Mapping[Family, Address] = field(default_factory=dict)
    changed_at: datetime | None = None

    def with_address(self, family: Family, address: Address, now: datetime) -> Self:
        """Return the state with a changed address."""
        return replace(
            self, addresses={**self.addresses, family: address}, changed_at=now
        )


class StateStore:
    """The state of all accounts, and the last known addresses of all connections.

    One file for all: accounts that write at the same moment share one write.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Prepare the store."""
        self._store = Store[dict[str, Any]](
            hass, STORAGE_VERSION, STORAGE_KEY, private=True, atomic_writes=True
        )
        self._hass = hass
        self._accounts: dict[str, AccountState] = {}
        self._connections: dict[str, ConnectionState] = {}
        self._writing = asyncio.Lock()
        self._next_write: asyncio.Task[None] | None = None

    async def async_load(self) -> None:
        """Load what was stored; what cannot be read is left out and said once."""
        stored = await self._store.async_load()
        if not isinstance(stored, dict):
            return
        self._accounts = _readable(stored.get(_ACCOUNTS), AccountState.from_json)
        self._connections = _readable(
            stored.get(_CONNECTIONS), ConnectionState.from_json
        )

    def account(self, entry_id: str) -> AccountState:
        """Return the state of an account, an empty one when nothing is stored."""
        return self._accounts.get(entry_id) or AccountState()

    def connection(self, entry_id: str) -> ConnectionState:
        """Return what was last known of a connection."""
        return self._connections.get(entry_id) or ConnectionState()

    async def async_set_account(self, entry_id: str, state: AccountState) -> None:
        """Keep the state of an account; returns when it is on disk."""
        if self._accounts.get(entry_id) != state:
            self._accounts[entry_id] = state
            await self._async_write()

    async def async_set_connection(self, entry_id: str, state: ConnectionState) -> None:
        """Keep what is known of a connection; returns when it is on disk."""
        if self._connections.get(entry_id) != state:
            self._connections[entry_id] = state
            await self._async_write()

    async def async_remove(self, entry_id: str) -> None:
        """Forget an entry."""
        account = self._accounts.pop(entry_id, None)
        connection = self._connections.pop(entry_id, None)
        if account is not None or connection is not None:
            await self._async_write()

    async def _async_write(self) -> None:
        """Write, together with everybody who asks before the next write starts."""
        if self._next_write is None:
            # an eager start would run to its end before it is noted here
            self._next_write = self._hass.async_create_task(
                self._async_write_next(), f"{STORAGE_KEY} write", eager_start=False
            )
        # a caller that is cancelled must not take the others' write with it
        await asyncio.shield(self._next_write)

    async def _async_write_next(self) -> None:
        """Write when the write under way is done."""
        async with self._writing:
            self._next_write = None
            await self._store.async_save(
                {
                    _ACCOUNTS: {
                        key: state.as_json() for key, state in self._accounts.items()
                    },
                    _CONNECTIONS: {
                        key: state.as_json() for key, state in self._connections.items()
                    },
                }
            )


DATA_STORE: HassKey[StateStore] = HassKey(f"{DOMAIN}_store")


def _readable[ValueT](
    stored: object, read: Callable[[Any], ValueT]
) -> dict[str, ValueT]:
    """Return what can be read of a stored mapping."""
    readable: dict[str, ValueT] = {}
    for key, data in stored.items() if isinstance(stored, dict) else ():
        try:
            readable[key] = read(data)
        except AttributeError, KeyError, TypeError, ValueError:
            LOGGER.warning("The stored state of %s is damaged and is left out", key)
    return readable
