"""What is told about an account: events, one log line per transition, repairs and reauth."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
import logging
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_send

from ..const import (
    ATTR_FAMILY,
    ATTR_HOSTNAME,
    ATTR_NEW_ADDRESS,
    ATTR_OLD_ADDRESS,
    ATTR_SOURCE,
    ATTR_SUBENTRY_ID,
    DOMAIN,
    EVENT_UPDATE,
    LOGGER,
    UpdateEvent,
)
from ..core.address import Address
from ..core.engine.decide import Publish
from ..core.engine.round import Key
from ..core.engine.state import AccountState, Failure, FamilyState
from ..core.errors import FailureKind
from ..core.outcome import Outcome
from ..texts import ENGLISH
from .decide import observed
from .failures import explained
from .issues import async_sync_issues

if TYPE_CHECKING:
    from .coordinator import AccountCoordinator

SIGNAL_UPDATE = f"{EVENT_UPDATE}_{{}}"

# more records than this are counted in a log line, not named
_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One thing that happened to a hostname and family."""

    event: UpdateEvent
    key: Key
    before: FamilyState
    after: FamilyState

    @property
    def address(self) -> Address | None:
        """Return the address that it is about, None for a withdrawal."""
        failure = self.after.failure
        return self.after.published if failure is None else failure.address


@callback
def async_announce(
    account: AccountCoordinator,
    before: AccountState,
    after: AccountState,
    sent: Mapping[Key, Publish],
) -> None:
    """Tell what a step from one state to the next means for people and automations."""
    announcements = list(transitions(account.hostnames, before, after, sent))
    lasting = _lasting(account.hostnames, before, after)
    _async_log(account, [*announcements, *lasting])
    for announcement in announcements:
        _async_fire(account, announcement, sent.get(announcement.key))
    async_sync_issues(account.hass, account.config_entry, account.hostnames, after)
    _async_sync_reauth(account, before.failure, after.failure)


def transitions(
    hostnames: Iterable[str],
    before: AccountState,
    after: AccountState,
    sent: Mapping[Key, Publish],
) -> Iterator[Announcement]:
    """Yield what happened to each record; repetitions are no news.

    Also to one that was not sent: what an update of it became may have been read back.
    """
    for hostname in hostnames:
        for family, new in after.hostname(hostname).families.items():
            old, key = before.hostname(hostname)[family], (hostname, family)
            for event in _events(old, new, sent=key in sent):
                yield Announcement(event=event, key=key, before=old, after=new)


def _lasting(
    hostnames: Iterable[str], before: AccountState, after: AccountState
) -> Iterator[Announcement]:
    """Yield what failed and has not been cured by the next try, for the log alone."""
    for hostname in hostnames:
        for family, new in after.hostname(hostname).families.items():
            old = before.hostname(hostname)[family]
            if _may_pass(old) and new.failure and not (new.stopped or _may_pass(new)):
                yield Announcement(
                    event=UpdateEvent.FAILED,
                    key=(hostname, family),
                    before=old,
                    after=new,
                )


def _may_pass(state: FamilyState) -> bool:
    """Return whether a failure may be over with the next try, as that of a line is."""
    if state.failure is None or state.failures > 1:
        return False
    return state.failure.kind is FailureKind.UNAVAILABLE


def _events(old: FamilyState, new: FamilyState, *, sent: bool) -> Iterator[UpdateEvent]:
    """Yield what the step from one state to the next is called."""
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
    """Return whether the last call failed, though a person has lifted the failure since.

    Else it was confirmed, or it was cut short, which nobody has been told.
    """
    if state.sent_at is None or state.attempt is not None:
        return False
    if state.confirmed_at is None:
        return state.published is None
    return state.sent_at > state.confirmed_at


@callback
def _async_fire(
    account: AccountCoordinator, announcement: Announcement, decision: Publish | None
) -> None:
    """Fire the bus event, and the event entity of the hostname."""
    subentry_id, family = announcement.key
    entry_id = account.config_entry.entry_id
    managed = account.hostnames[subentry_id]
    device = dr.async_get(account.hass).async_get_device_by_identifier(
        (DOMAIN, subentry_id), entry_id
    )
    failure = announcement.after.failure
    observation = observed(account.hass, managed, family)
    # the public address may have changed again meanwhile
    current = observation.address == announcement.address
    facts: dict[str, Any] = {
        ATTR_HOSTNAME: managed.hostname.fqdn,
        ATTR_FAMILY: family.value,
        ATTR_OLD_ADDRESS: _text(announcement.before.published),
        ATTR_NEW_ADDRESS: _text(announcement.address),
        ATTR_SOURCE: observation.source if current else None,
        "reason": decision.reason.value if decision else None,
        "error": failure.code if failure else None,
    }
    async_dispatcher_send(
        account.hass, SIGNAL_UPDATE.format(subentry_id), announcement.event, facts
    )
    account.hass.bus.async_fire(
        EVENT_UPDATE,
        {
            "type": announcement.event.value,
            **facts,
            ATTR_CONFIG_ENTRY_ID: entry_id,
            ATTR_SUBENTRY_ID: subentry_id,
            ATTR_DEVICE_ID: device.id if device else None,
        },
    )


@callback
def _async_log(
    account: AccountCoordinator, announcements: Sequence[Announcement]
) -> None:
    """Write one line for what happened to several records for the same reason.

    What may be over in a minute is nobody's worry yet.
    """
    groups: dict[tuple[UpdateEvent, str, bool], list[Announcement]] = defaultdict(list)
    for announcement in announcements:
        failure = announcement.after.failure
        cause = _cause(account.hass, failure) if failure else ""
        may_pass = _may_pass(announcement.after)
        groups[announcement.event, cause, may_pass].append(announcement)
    for (event, cause, may_pass), group in groups.items():
        records = _listed(account, group)
        match event:
            case UpdateEvent.STOPPED:
                LOGGER.warning(
                    "%s: %s stopped until you have settled this: %s",
                    account.name,
                    records,
                    cause,
                )
            case UpdateEvent.FAILED:
                LOGGER.log(
                    logging.INFO if may_pass else logging.WARNING,
                    "%s: %s could not be updated, next try at %s: %s",
                    account.name,
                    records,
                    group[0].after.retry_at,
                    cause,
                )
            case _:
                LOGGER.info("%s: %s %s", account.name, records, event)


@callback
def _cause(hass: HomeAssistant, failure: Failure) -> str:
    """Return the cause as the log tells it, which is in English."""
    text = explained(hass, failure, language=ENGLISH)
    return text if text == failure.code else f"{failure.code} {text}"


def _listed(account: AccountCoordinator, group: Sequence[Announcement]) -> str:
    """Return the records of some announcements, as in a zone file."""
    names = [
        f"{account.hostnames[subentry_id].hostname} {family.record_type}"
        for subentry_id, family in (announcement.key for announcement in group)
    ]
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + rest


@callback
def _async_sync_reauth(
    account: AccountCoordinator, before: Failure | None, after: Failure | None
) -> None:
    """Ask for credentials while they are refused, and no more once they are accepted."""
    entry, hass = account.config_entry, account.hass
    if _asks_for_credentials(after):
        entry.async_start_reauth(hass)
    elif _asks_for_credentials(before):
        for flow in list(entry.async_get_active_flows(hass, {SOURCE_REAUTH})):
            hass.config_entries.flow.async_abort(flow["flow_id"])


def _asks_for_credentials(failure: Failure | None) -> bool:
    return failure is not None and failure.kind is FailureKind.INVALID_CREDENTIALS


def _text(value: object) -> str | None:
    return None if value is None else str(value)
