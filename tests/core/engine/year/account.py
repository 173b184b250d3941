"""An account in virtual time: the integration's own publisher and DNS check, of a pretended service."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
import json
from typing import Any, cast

from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]

from custom_components.ddns_plus.account.dns_check import DnsCheck
from custom_components.ddns_plus.account.hostname import ManagedHostname
from custom_components.ddns_plus.account.publish import Publisher
from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.engine.decide import (
    Decision,
    Force,
    Publish,
    Skip,
    Stop,
    Wait,
)
from custom_components.ddns_plus.core.engine.round import RecordKey, confirmed
from custom_components.ddns_plus.core.engine.state import AccountState
from custom_components.ddns_plus.core.provider import Provider
from homeassistant.core import HomeAssistant

from .servers import Server


class _Store:
    """Holds the state of an account as the state file does."""

    def __init__(self) -> None:
        """Begin without any."""
        self.state = AccountState()

    def account(self, _entry_id: str) -> AccountState:
        """Return the state."""
        return self.state

    async def async_set_account(self, _entry_id: str, state: AccountState) -> None:
        """Keep the state."""
        self.state = state


class Account:
    """An account that publishes its hostnames while Home Assistant runs.

    `reasons` tells of each record since when what is, or is not, done about it.
    """

    def __init__(
        self,
        provider: Provider,
        server: Server,
        hostnames: Mapping[str, ManagedHostname],
    ) -> None:
        """Begin stopped, with nothing published."""
        self.server = server
        self.hostnames = hostnames
        self.reasons: dict[RecordKey, list[tuple[float, str]]] = {}
        self._provider = provider
        self._store = _Store()
        self._entry = MockConfigEntry(domain=DOMAIN, title=server.slug)
        self._publisher: Publisher | None = None
        self._dns_check: DnsCheck | None = None
        self._task: asyncio.Task[None] | None = None
        self._again = asyncio.Event()

    @property
    def state(self) -> AccountState:
        """Return what is stored."""
        return self._store.state

    @property
    def bytes(self) -> int:
        """Return the size of what is stored."""
        return len(json.dumps(self.state.as_json()))

    def start(self, hass: HomeAssistant) -> None:
        """Begin to publish, with what was stored."""
        stored = json.dumps(self.state.as_json())
        self._store.state = AccountState.from_json(json.loads(stored))
        store = cast(Any, self._store)
        self._dns_check = DnsCheck(
            hass,
            self._entry,
            self.hostnames,
            self._provider,
            state=lambda: self.state,
            now=lambda: publisher.clock.now,
            on_checked=self._dns_checked,
        )
        checked = self._dns_check
        publisher = Publisher(
            hass,
            self._entry,
            self.hostnames,
            self._provider,
            store,
            lambda: checked.drifted,
        )
        self._publisher = publisher
        self._dns_check.async_start()
        self._task = asyncio.create_task(self._publish(publisher, checked))

    async def stop(self) -> None:
        """Die, in the middle of a call, too: what was not stored is lost."""
        if self._task is None or self._dns_check is None:
            return
        self._dns_check.async_stop()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._publisher = self._dns_check = self._task = None

    def look(self) -> None:
        """Look at all hostnames: an address has changed."""
        if self._publisher is not None:
            self._publisher.async_address_changed()
        self._again.set()

    def release(self) -> None:
        """Let a person lift the account's stop."""
        self._store.state = self.state.unblocked()
        self._again.set()

    async def _dns_checked(self) -> None:
        """Look at the records that DNS proves wrong."""
        if self._dns_check is not None and self._dns_check.drifted:
            self._again.set()

    async def _publish(self, publisher: Publisher, dns_check: DnsCheck) -> None:
        """Publish what is due, for ever: as the account's coordinator does."""
        loop = asyncio.get_running_loop()
        while True:
            self._again.clear()
            done = await publisher.async_publish((), Force.NONE)
            if done.after != done.before:
                dns_check.async_published(confirmed(done.before, done.after))
            now = publisher.clock.now
            decisions = await publisher.async_decisions(
                done.after, publisher.targets, now
            )
            untils = []
            for key, decision in decisions.items():
                reason = _reason(decision)
                notes = self.reasons.setdefault(key, [])
                if not notes or notes[-1][1] != reason:
                    notes.append((loop.time(), reason))
                if not isinstance(decision, Publish) and decision.until is not None:
                    untils.append(decision.until)
            if done.held:
                continue
            wait = max(min(untils) - now, timedelta()) if untils else None
            with suppress(TimeoutError):
                async with asyncio.timeout(
                    None if wait is None else wait.total_seconds()
                ):
                    await self._again.wait()


def _reason(decision: Decision) -> str:
    """Return what is, or is not, done about a record, and why."""
    match decision:
        case Publish():
            return "publish"
        case Stop(failure=failure):
            return f"stop: {failure.code}"
        case Skip(reason=reason) | Wait(reason=reason):
            return f"{type(decision).__name__.lower()}: {reason}"
