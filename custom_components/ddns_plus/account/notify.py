"""Events, log lines, repairs and reauthentication of an account."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
import logging
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_send

from ..connection.coordinator import async_get_connection
from ..const import (
    ATTR_FAMILY,
    ATTR_HOSTNAME,
    ATTR_HOSTNAMES,
    ATTR_NEW_ADDRESS,
    ATTR_OLD_ADDRESS,
    ATTR_SOURCE,
    ATTR_SUBENTRY_ID,
    DOMAIN,
    EVENT_UPDATE,
    LOGGER,
    UpdateEvent,
)
from ..core.address import Address, Family
from ..core.engine.decide import Publish, Reason
from ..core.engine.records import Targets
from ..core.engine.round import RecordKey
from ..core.engine.state import AccountState, Failure, FamilyState
from ..core.errors import FailureKind
from ..core.json_form import text_or_none
from ..core.outcome import Outcome
from ..entries import DdnsConfigEntry
from ..started import async_once_started
from ..texts import ENGLISH
from .failures import explained
from .lines import Hostnames

SIGNAL_UPDATE = f"{EVENT_UPDATE}_{{}}"

# more records than this are counted in a log line, not named
_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """An event of a record, with its state before and after."""

    event: UpdateEvent
    key: RecordKey
    before: FamilyState
    after: FamilyState

    @property
    def address(self) -> Address | None:
        """Return the address that was published or refused, None for a withdrawal."""
        failure = self.after.failure
        return self.after.published if failure is None else failure.address


async def async_tell(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    hostnames: Hostnames,
    before: AccountState,
    after: AccountState,
    targets: Targets,
    sent: Mapping[RecordKey, Publish],
) -> None:
    """Tell automations and the log, but ask for nothing.

    One event is fired per step of the event loop.
    """
    found = list(transitions(hostnames, before, after, sent))
    _async_log(hass, entry, hostnames, [*found, *_lasting(hostnames, before, after)])
    for transition in found:
        _async_fire(hass, entry, hostnames, transition, targets, sent)
        await asyncio.sleep(0)
    _async_fire_of_account(hass, entry, hostnames, found, targets, sent)


def transitions(
    hostnames: Iterable[str],
    before: AccountState,
    after: AccountState,
    sent: Mapping[RecordKey, Publish],
) -> Iterator[Transition]:
    """Yield what happened to each record, without repetitions.

    A record that was not sent may have been read back.
    """
    for hostname in hostnames:
        for family, new in after.hostname(hostname).families.items():
            old, key = before.hostname(hostname)[family], (hostname, family)
            for event in _events(old, new, sent=key in sent):
                yield Transition(event=event, key=key, before=old, after=new)


def _lasting(
    hostnames: Iterable[str], before: AccountState, after: AccountState
) -> Iterator[Transition]:
    """Yield the failures that the next try has not cured, for the log alone."""
    for hostname in hostnames:
        for family, new in after.hostname(hostname).families.items():
            old = before.hostname(hostname)[family]
            if _may_pass(old) and new.failure and not (new.stopped or _may_pass(new)):
                yield Transition(
                    event=UpdateEvent.FAILED,
                    key=(hostname, family),
                    before=old,
                    after=new,
                )


def _may_pass(state: FamilyState) -> bool:
    """Return True if the next try may cure a failure, as after a short outage."""
    if state.failure is None or state.failures > 1:
        return False
    return state.failure.kind is FailureKind.UNAVAILABLE


def _events(old: FamilyState, new: FamilyState, *, sent: bool) -> Iterator[UpdateEvent]:
    """Yield the events that the step from one state to the next stands for."""
    if new.failure is not None:
        if new.stopped and not old.stopped:
            yield UpdateEvent.STOPPED
        elif old.failure is None:
            yield UpdateEvent.FAILED
        return
    confirmed = sent or old.published != new.published
    if old.failure is not None or (confirmed and _had_failed(old)):
        yield UpdateEvent.RECOVERED
    written = sent and new.outcome in (Outcome.CREATED, Outcome.UPDATED)
    if written or old.published != new.published:
        yield UpdateEvent.UPDATED


def _had_failed(state: FamilyState) -> bool:
    """Return True if the last call failed, even if the user has lifted the failure since.

    A call that was cut short is not a failure.
    """
    if state.sent_at is None or state.attempt is not None:
        return False
    if state.confirmed_at is None:
        return state.published is None
    return state.sent_at > state.confirmed_at


@callback
def _async_fire(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    hostnames: Hostnames,
    transition: Transition,
    targets: Targets,
    sent: Mapping[RecordKey, Publish],
) -> None:
    """Fire the bus event, and the event entity of the hostname."""
    subentry_id, family = transition.key
    context = _context(hass, hostnames, transition, targets, sent)
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, subentry_id), entry.entry_id
    )
    failure, decision = transition.after.failure, sent.get(transition.key)
    observation = targets[transition.key].observation
    # a transition may be about an address of before
    current = observation.address == transition.address
    facts: dict[str, Any] = {
        ATTR_HOSTNAME: hostnames[subentry_id].hostname.fqdn,
        ATTR_FAMILY: family.value,
        ATTR_OLD_ADDRESS: text_or_none(transition.before.published),
        ATTR_NEW_ADDRESS: text_or_none(transition.address),
        ATTR_SOURCE: observation.source if current else None,
        "reason": decision.reason.value if decision else None,
        **_error(hass, failure),
    }
    event = {
        "type": transition.event.value,
        **facts,
        ATTR_CONFIG_ENTRY_ID: entry.entry_id,
        ATTR_SUBENTRY_ID: subentry_id,
        ATTR_DEVICE_ID: device.id if device else None,
    }

    @callback
    def tell() -> None:
        signal = SIGNAL_UPDATE.format(subentry_id)
        async_dispatcher_send(hass, signal, transition.event, facts, context)
        hass.bus.async_fire(EVENT_UPDATE, event, context=context)

    async_once_started(hass, tell)


@callback
def _error(hass: HomeAssistant, failure: Failure | None) -> dict[str, str | None]:
    """Return the code of a failure, and what it means in words."""
    if failure is None:
        return {"error": None, "detail": None}
    return {"error": failure.code, "detail": explained(hass, failure)}


@callback
def _context(
    hass: HomeAssistant,
    hostnames: Hostnames,
    transition: Transition,
    targets: Targets,
    sent: Mapping[RecordKey, Publish],
) -> Context:
    """Return the context of the address change that an update follows, else a new one.

    With a changed family the other one is sent along.
    """
    subentry_id = transition.key[0]
    connection = async_get_connection(hass, hostnames[subentry_id].connection_id)
    for family in Family:
        decision = sent.get((subentry_id, family))
        if connection is None or decision is None:
            continue
        current = decision.address == targets[subentry_id, family].observation.address
        context = connection.context_of_change(family)
        if decision.reason is Reason.CHANGED and current and context:
            return context
    return Context()


@callback
def _async_fire_of_account(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    hostnames: Hostnames,
    found: Sequence[Transition],
    targets: Targets,
    sent: Mapping[RecordKey, Publish],
) -> None:
    """Fire the event entity of the account, once for all hostnames with the same news."""
    groups: dict[tuple[UpdateEvent, str], list[Transition]] = defaultdict(list)
    for transition in found:
        failure = transition.after.failure
        groups[transition.event, failure.code if failure else ""].append(transition)

    @callback
    def tell() -> None:
        signal = SIGNAL_UPDATE.format(entry.entry_id)
        for (event, _), group in groups.items():
            names = {hostnames[each.key[0]].hostname.fqdn for each in group}
            facts = {
                ATTR_HOSTNAMES: sorted(names),
                **_error(hass, group[0].after.failure),
            }
            context = _context(hass, hostnames, group[0], targets, sent)
            async_dispatcher_send(hass, signal, event, facts, context)

    if groups:
        async_once_started(hass, tell)


@callback
def _async_log(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    hostnames: Hostnames,
    found: Sequence[Transition],
) -> None:
    """Write one line for all records with the same event and cause.

    A failure that may be over in a minute is not a warning.
    """
    groups: dict[tuple[UpdateEvent, str, bool], list[Transition]] = defaultdict(list)
    for transition in found:
        failure = transition.after.failure
        cause = _cause(hass, failure) if failure else ""
        may_pass = _may_pass(transition.after)
        groups[transition.event, cause, may_pass].append(transition)
    for (event, cause, may_pass), group in groups.items():
        records = _listed(hostnames, group)
        match event:
            case UpdateEvent.STOPPED:
                again_at = (
                    failure.again_at if (failure := group[0].after.failure) else None
                )
                LOGGER.warning(
                    "%s: %s stopped until you have settled this%s: %s",
                    entry.title,
                    records,
                    f" (next try at {again_at})" if again_at else "",
                    cause,
                )
            case UpdateEvent.FAILED:
                LOGGER.log(
                    logging.INFO if may_pass else logging.WARNING,
                    "%s: %s could not be updated, next try at %s: %s",
                    entry.title,
                    records,
                    group[0].after.retry_at,
                    cause,
                )
            case _:
                LOGGER.info("%s: %s %s", entry.title, records, event)


@callback
def _cause(hass: HomeAssistant, failure: Failure) -> str:
    """Return the cause as the log tells it, which is in English."""
    text = explained(hass, failure, language=ENGLISH)
    return text if text == failure.code else f"{failure.code} {text}"


def _listed(hostnames: Hostnames, group: Sequence[Transition]) -> str:
    """Return the records of transitions, as in a zone file."""
    names = [
        f"{hostnames[subentry_id].hostname} {family.record_type}"
        for subentry_id, family in (transition.key for transition in group)
    ]
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + rest


@callback
def async_sync_reauth(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    before: Failure | None,
    after: Failure | None,
) -> None:
    """Start reauthentication while credentials are refused; abort it afterwards."""
    if _asks_for_credentials(after):
        entry.async_start_reauth(hass)
    elif _asks_for_credentials(before):
        for flow in list(entry.async_get_active_flows(hass, {SOURCE_REAUTH})):
            hass.config_entries.flow.async_abort(flow["flow_id"])


def _asks_for_credentials(failure: Failure | None) -> bool:
    return failure is not None and failure.kind is FailureKind.INVALID_CREDENTIALS
