"""What is told about an account: events, one log line per transition, repairs and reauth."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_send

from .const import (
    ATTR_FAMILY,
    ATTR_HOSTNAME,
    ATTR_NEW_ADDRESS,
    ATTR_OLD_ADDRESS,
    ATTR_SUBENTRY_ID,
    DOMAIN,
    EVENT_UPDATE,
    LOGGER,
    UpdateEvent,
)
from .core.engine import Publish
from .core.publishing import Key
from .core.state import AccountState, FailureKind, FamilyState, Outcome
from .exceptions import async_sync_issues

if TYPE_CHECKING:
    from .account import AccountCoordinator

SIGNAL_UPDATE = f"{EVENT_UPDATE}_{{}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One thing that happened to a hostname and family."""

    event: UpdateEvent
    key: Key
    before: FamilyState
    after: FamilyState


@callback
def async_announce(
    account: AccountCoordinator,
    before: AccountState,
    after: AccountState,
    sent: Mapping[Key, Publish],
) -> None:
    """Tell what an answer of the provider changed."""
    for announcement in transitions(before, after, sent):
        _async_log(account, announcement)
        _async_fire(account, announcement, sent[announcement.key])
    async_sync_issues(account.hass, account.config_entry, account.hostnames, after)
    if after.failure and after.failure.kind is FailureKind.INVALID_CREDENTIALS:
        account.config_entry.async_start_reauth(account.hass)


def transitions(
    before: AccountState, after: AccountState, sent: Mapping[Key, Publish]
) -> Iterator[Announcement]:
    """Yield what happened to each record that was sent; repetitions are no news."""
    for key in sent:
        hostname, family = key
        old, new = before.hostname(hostname)[family], after.hostname(hostname)[family]
        for event in _events(old, new):
            yield Announcement(event=event, key=key, before=old, after=new)


def _events(old: FamilyState, new: FamilyState) -> Iterator[UpdateEvent]:
    """Yield what the step from one state to the next is called."""
    if new.failure is not None:
        if new.stopped and not old.stopped:
            yield UpdateEvent.STOPPED
        elif old.failure is None:
            yield UpdateEvent.FAILED
        return
    if old.failure is not None:
        yield UpdateEvent.RECOVERED
    if old.published != new.published or new.outcome in (
        Outcome.CREATED,
        Outcome.UPDATED,
    ):
        yield UpdateEvent.UPDATED


@callback
def _async_fire(
    account: AccountCoordinator, announcement: Announcement, decision: Publish
) -> None:
    """Fire the bus event, and the event entity of the hostname."""
    subentry_id, family = announcement.key
    entry_id = account.config_entry.entry_id
    device = dr.async_get(account.hass).async_get_device_by_identifier(
        (DOMAIN, subentry_id), entry_id
    )
    failure = announcement.after.failure
    facts: dict[str, Any] = {
        ATTR_HOSTNAME: account.hostnames[subentry_id].hostname.fqdn,
        ATTR_FAMILY: family.value,
        ATTR_OLD_ADDRESS: _text(announcement.before.published),
        ATTR_NEW_ADDRESS: _text(decision.address),
        "reason": decision.reason.value,
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


def _async_log(account: AccountCoordinator, announcement: Announcement) -> None:
    """Write one line for a transition."""
    subentry_id, family = announcement.key
    hostname = account.hostnames[subentry_id].hostname
    failure = announcement.after.failure
    record = f"{hostname} {family.record_type}"
    if failure is None:
        LOGGER.info("%s: %s at %s", record, announcement.event, account.name)
    elif announcement.event is UpdateEvent.STOPPED:
        LOGGER.warning(
            "%s: %s needs attention before it is tried again: %s %s",
            record,
            account.name,
            failure.code,
            failure.detail,
        )
    else:
        LOGGER.warning(
            "%s: could not confirm the update at %s, next try at %s: %s %s",
            record,
            account.name,
            announcement.after.retry_at,
            failure.code,
            failure.detail,
        )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
