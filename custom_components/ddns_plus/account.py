"""AccountCoordinator: what is known of the public address, brought to a provider account."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
import random
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .announce import async_announce
from .connection import SIGNAL_OBSERVATION, async_get_connection
from .const import LOGGER, SUBENTRY_TYPE_HOSTNAME
from .core.address import Address, Family
from .core.engine import (
    Decision,
    Force,
    Mode,
    Publish,
    Reason,
    Situation,
    Skip,
    Wait,
    decide,
    settled_account,
)
from .core.errors import DdnsError, UnexpectedResponse
from .core.observation import Observation, Unknown
from .core.providers.base import Provider, Result, Update
from .core.publishing import Key, begin, confirm, digest, due
from .core.state import AccountState, Outcome
from .dns_check import DnsCheck
from .hostname_view import HostnameView, Published
from .settings import ManagedHostname
from .store import StateStore

type AccountConfigEntry = ConfigEntry[AccountCoordinator]

_FINISH_TIMEOUT = 5


class AccountCoordinator(DataUpdateCoordinator[Mapping[str, HostnameView]]):
    """One provider account and its hostnames."""

    config_entry: AccountConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: AccountConfigEntry,
        provider: Provider,
        store: StateStore,
    ) -> None:
        """Read the hostnames; asks nobody."""
        super().__init__(
            hass, LOGGER, config_entry=entry, name=entry.title, always_update=False
        )
        self.provider = provider
        self.device_id = ""
        self.hostnames = {
            subentry.subentry_id: ManagedHostname.from_subentry(subentry)
            for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_HOSTNAME)
        }
        self._store = store
        self._publishing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self._timer: CALLBACK_TYPE | None = None
        self._dns_check = DnsCheck(hass, self)
        self.data = self._views()

    @property
    def state(self) -> AccountState:
        """Return what is known of the account."""
        return self._store.account(self.config_entry.entry_id)

    @override
    async def _async_update_data(self) -> Mapping[str, HostnameView]:
        """Return what is known; the provider is asked only by `async_publish`."""
        return self._views()

    @callback
    def async_start(self) -> None:
        """Follow the public address from now on."""
        self.config_entry.async_on_unload(
            async_dispatcher_connect(self.hass, SIGNAL_OBSERVATION, self.async_schedule)
        )
        self._dns_check.async_start()
        async_announce(self, self.state, self.state, {})
        self.async_schedule()

    async def async_stop(self) -> None:
        """Stop; an update under way is given a moment to finish."""
        self._async_cancel_timer()
        self._dns_check.async_stop()
        self._again = False
        if self._task is not None and not self._task.done():
            await asyncio.wait([self._task], timeout=_FINISH_TIMEOUT)
            self._task.cancel()

    @callback
    def async_schedule(self) -> None:
        """Look at all hostnames as soon as no update is under way."""
        self._again = True
        if self._task is None or self._task.done():
            self._task = self.config_entry.async_create_background_task(
                self.hass, self._async_run(), f"{self.name} publish"
            )

    async def _async_run(self) -> None:
        """Publish until nothing has changed meanwhile: the last address always wins."""
        while self._again:
            self._again = False
            await self.async_publish()

    async def async_publish(
        self,
        subentry_ids: Collection[str] | None = None,
        force: Force = Force.NONE,
    ) -> Sequence[Published]:
        """Publish what is due, one update at a time; returns what came of each."""
        async with self._publishing:
            now = dt_util.utcnow()
            account = settled_account(self.state, now)
            chosen = self.hostnames if subentry_ids is None else subentry_ids
            decisions = self._decide(account, now, force, chosen)
            account = await self._async_read_back(account, decisions, now)
            results = await self._async_send(account, decisions)
            self._async_show()
        return [
            Published(
                managed=self.hostnames[subentry_id],
                family=family,
                decision=decision,
                result=results.get((subentry_id, family)),
            )
            for (subentry_id, family), decision in decisions.items()
            if subentry_id in chosen
        ]

    async def async_set_paused(self, subentry_id: str, paused: bool) -> None:
        """Switch automatic updates of a hostname off or on."""
        async with self._publishing:
            state = replace(self.state.hostname(subentry_id), paused=paused)
            await self._async_save(self.state.with_hostname(subentry_id, state))
        self._async_show()
        self.async_schedule()

    async def async_release(self, subentry_id: str | None = None) -> None:
        """Lift the stop of a hostname, or all, after a person has acted; try again."""
        async with self._publishing:
            account = self.state
            if subentry_id is None:
                account = account.released()
            else:
                hostname = account.hostname(subentry_id).released()
                account = account.with_hostname(subentry_id, hostname)
            await self._async_save(account)
            async_announce(self, account, account, {})
        self.async_schedule()

    @callback
    def async_dns_checked(self) -> None:
        """Show what DNS says, and repair what its own servers have proven wrong."""
        self._async_show()
        if self._dns_check.drifted:
            self.async_schedule()

    def observation(self, managed: ManagedHostname, family: Family) -> Observation:
        """Return what is known of the address that a hostname shall have."""
        connection = async_get_connection(self.hass, managed.connection_id)
        if connection is None:
            return Observation(family=family, unknown=Unknown.NO_CONNECTION)
        return managed.observe(connection.observation(family))

    def _decide(
        self,
        account: AccountState,
        now: datetime,
        force: Force = Force.NONE,
        chosen: Collection[str] = (),
    ) -> dict[Key, Decision]:
        """Return the decision on every hostname and family."""
        decisions: dict[Key, Decision] = {}
        for subentry_id, managed in self.hostnames.items():
            connection = async_get_connection(self.hass, managed.connection_id)
            for family in Family:
                supported = family in self.provider.info.families
                decisions[subentry_id, family] = decide(
                    Situation(
                        mode=managed.modes[family] if supported else Mode.OFF,
                        observation=self.observation(managed, family),
                        account=account,
                        hostname=account.hostname(subentry_id),
                        limits=self.provider.info.limits,
                        now=now,
                        force=force if subentry_id in chosen else Force.NONE,
                        drifted=(subentry_id, family) in self._dns_check.drifted,
                        allowed=connection.options.allowed_networks
                        if connection
                        else (),
                    )
                )
        return decisions

    async def _async_read_back(
        self, account: AccountState, decisions: dict[Key, Decision], now: datetime
    ) -> AccountState:
        """Settle updates of which the answer was lost, where the provider can tell."""
        open_attempts: dict[Key, Address] = {
            key: decision.address
            for key, decision in decisions.items()
            if isinstance(decision, Publish)
            and decision.reason is Reason.INTERRUPTED
            and decision.address is not None
        }
        if not open_attempts:
            return account
        try:
            held = await self.provider.read(
                [(self.hostnames[key[0]].hostname, key[1]) for key in open_attempts]
            )
        except DdnsError:
            # publishing meets the same error, and keeps account of it
            return account
        for (subentry_id, family), address in open_attempts.items():
            hostname = self.hostnames[subentry_id].hostname
            if held is None or address not in held.get((hostname, family), ()):
                continue
            key = (subentry_id, family)
            account = confirm(account, key, address, Outcome.UNCHANGED, now)
            decisions[key] = Skip(reason=Reason.UNCHANGED)
        return account

    async def _async_send(
        self, account: AccountState, decisions: Mapping[Key, Decision]
    ) -> Mapping[Key, Result]:
        """Call the provider for what is due; the state is stored before and after."""
        sent = due(
            decisions,
            {
                (key, family): self.observation(self.hostnames[key], family).address
                for key, family in decisions
            },
            pairs_families=self.provider.info.pairs_families,
        )
        before = self.state
        account = begin(account, decisions, sent, dt_util.utcnow())
        await self._async_save(account)
        if not sent:
            return {}
        updates = [
            Update(
                hostname=self.hostnames[subentry_id].hostname,
                family=family,
                address=decision.address,
                previous=before.hostname(subentry_id)[family].ours,
                settings=self.hostnames[subentry_id].settings,
            )
            for (subentry_id, family), decision in sent.items()
        ]
        results = dict(zip(sent, await self._async_call(updates), strict=True))
        limits, now = self.provider.info.limits, dt_util.utcnow()
        after = digest(account, sent, results, limits, now, random.random())
        await self._async_save(after)
        self._dns_check.async_published(
            [key for key, result in results.items() if isinstance(result, Outcome)]
        )
        async_announce(self, before, after, sent)
        return results

    async def _async_call(self, updates: Sequence[Update]) -> Sequence[Result]:
        """Call the provider; whatever goes wrong becomes a result."""
        try:
            return await self.provider.publish(updates)
        except DdnsError as err:
            return [err] * len(updates)
        except Exception as err:  # noqa: BLE001 - a provider's fault is not the account's end
            # neither text nor trace-back of a foreign exception is free of secrets
            where = err.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            place = (
                f"{where.tb_frame.f_code.co_name}:{where.tb_lineno}" if where else ""
            )
            error = UnexpectedResponse(
                "internal_error",
                f"{type(err).__name__} in {self.provider.info.slug} at {place}",
            )
            return [error] * len(updates)

    async def _async_save(self, account: AccountState) -> None:
        """Keep the state, without hostnames that are gone."""
        hostnames = {
            key: state
            for key, state in account.hostnames.items()
            if key in self.hostnames
        }
        await self._store.async_set_account(
            self.config_entry.entry_id, replace(account, hostnames=hostnames)
        )

    def _views(self) -> Mapping[str, HostnameView]:
        """Return what is to be shown."""
        account = self.state
        decisions = self._decide(account, dt_util.utcnow())
        return {
            subentry_id: HostnameView(
                managed=managed,
                state=account.hostname(subentry_id),
                decisions={family: decisions[subentry_id, family] for family in Family},
                dns_match=self._dns_check.match(subentry_id),
            )
            for subentry_id, managed in self.hostnames.items()
        }

    @callback
    def _async_show(self) -> None:
        """Show the current state, and come back when time alone changes something."""
        views = self._views()
        self.async_set_updated_data(views)
        self._async_cancel_timer()
        times = [
            decision.until
            for view in views.values()
            for decision in view.decisions.values()
            if isinstance(decision, (Skip, Wait)) and decision.until is not None
        ]
        if times:
            self._timer = async_track_point_in_utc_time(
                self.hass, self._async_time_is_up, min(times)
            )

    @callback
    def _async_time_is_up(self, _now: datetime) -> None:
        self._timer = None
        self.async_schedule()

    @callback
    def _async_cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None
