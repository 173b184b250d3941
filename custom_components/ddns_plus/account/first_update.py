"""One real update with settings that are not stored yet, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
import random

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..core.engine.clock import clock_corrected
from ..core.engine.decide import Force, Publish
from ..core.engine.records import Targets, decisions_on, targets_of
from ..core.engine.round import RecordKey, attributed, begin, digest
from ..core.engine.state import AccountState
from ..core.errors import DdnsError
from ..core.observation import Line
from ..core.provider import Provider
from ..core.provider_info import Limits, Result
from ..entries import DdnsConfigEntry
from .hostname import ManagedHostname
from .lines import Hostnames
from .notify import async_tell
from .provider import async_send

# of accounts that are about to be created, by the unique ids of their entries
_DATA_FIRST_UPDATES: HassKey[dict[str, FirstUpdate]] = HassKey(
    f"{DOMAIN}_first_updates"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstUpdate:
    """An update of one hostname that was sent, and the provider's answers."""

    managed: ManagedHostname
    targets: Targets
    sent: Mapping[RecordKey, Publish]
    results: Mapping[RecordKey, Result]
    limits: Limits
    at: datetime
    jitter: float

    @property
    def error(self) -> DdnsError | None:
        """Return the first error, None if all was taken."""
        errors = (item for item in self.results.values() if isinstance(item, DdnsError))
        return next(errors, None)

    @property
    def addresses(self) -> str:
        """Return the addresses sent, as shown to people."""
        return ", ".join(str(decision.address) for decision in self.sent.values())

    def recorded(self, state: AccountState) -> AccountState:
        """Return the account's state with the answers.

        An older call that may still be carried out keeps its record in doubt.
        """
        hostname = state.hostname(self.managed.subentry_id)
        if any(hostname[family].attempt is not None for _, family in self.sent):
            return state
        state = begin(state, {}, self.sent, self.at)
        return digest(state, self.sent, self.results, self.limits, self.at, self.jitter)


async def async_first_update(
    provider: Provider,
    hostnames: Hostnames,
    lines: Mapping[str | None, Line],
    state: AccountState,
) -> FirstUpdate | None:
    """Send the present addresses of one hostname; return None if none can be sent now.

    `state` is the account's with its stops lifted. Waits that the provider asked for
    are kept.
    """
    now = dt_util.utcnow()
    state = clock_corrected(state, now)
    for key, managed in hostnames.items():
        if state.hostname(key).paused:
            continue
        targets = targets_of({key: managed}, lines)
        decisions = decisions_on(
            targets, provider.info, state, now, force={key: Force.FORCE}, drifted=()
        )
        sent = {
            record: decision
            for record, decision in decisions.items()
            if isinstance(decision, Publish) and decision.address is not None
        }
        if sent:
            line = lines.get(managed.connection_id)
            updates = [
                managed.update(family, decision.address, state.hostname(key), line)
                for (_, family), decision in sent.items()
            ]
            answers = await async_send(provider, updates)
            return FirstUpdate(
                managed=managed,
                targets=targets,
                sent=sent,
                results=attributed(sent, answers),
                limits=provider.info.limits,
                at=dt_util.utcnow(),
                jitter=random.random(),
            )
    return None


async def async_tell_first_update(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    update: FirstUpdate,
    before: AccountState,
    after: AccountState,
) -> None:
    """Tell automations and the log what an update meant for an existing hostname."""
    hostnames = {update.managed.subentry_id: update.managed}
    await async_tell(hass, entry, hostnames, before, after, update.targets, update.sent)


@callback
def keep_first_update(hass: HomeAssistant, unique_id: str, update: FirstUpdate) -> None:
    """Keep the first update until the new account is set up."""
    hass.data.setdefault(_DATA_FIRST_UPDATES, {})[unique_id] = update


@callback
def take_first_update(hass: HomeAssistant, unique_id: str | None) -> FirstUpdate | None:
    """Return what was kept for a new account, once."""
    return hass.data.get(_DATA_FIRST_UPDATES, {}).pop(unique_id or "", None)
