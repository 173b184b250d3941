"""Belief in a refusal: what stops at once, what is an outage, and what is asked again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from ..errors import Authority, DdnsError, Refused, UnexpectedResponse
from .state import AccountState, FamilyState

# a refusal of what was accepted before is believed when it still holds after this time
_APART = timedelta(hours=3)
# when a stop that may be a mistake is tried again: after the first, and later ones
_AGAIN = (timedelta(hours=6), timedelta(days=1))


def believed(
    error: DdnsError,
    account: AccountState,
    states: Iterable[FamilyState],
    now: datetime,
) -> DdnsError:
    """Return an error as it is, or as an outage while its refusal is not believed.

    `states` are those of the records that the error is about. A page that is not the
    provider's never stops what was accepted. The provider's own word does at the second
    time, hours after the first. The word of a provider that blocks clients stops at once.
    """
    if not error.kind.stops or error.authority is Authority.FINAL:
        return error
    states = tuple(states)
    if not _was_accepted(error, account, states):
        return error
    doubted = [each.doubted_at for each in states if each.doubted_at is not None]
    lasts = bool(doubted) and now - min(doubted) >= _APART
    if lasts and error.authority is Authority.PROVIDER:
        return error
    return UnexpectedResponse(
        **error.words,
        account_wide=error.account_wide,
        maybe_applied=error.maybe_applied,
        retry_after=error.retry_after,
    )


def asked_again(
    error: DdnsError, account: AccountState, state: FamilyState, now: datetime
) -> datetime | None:
    """Return when a stop ends by itself, None if only a person ends it."""
    if not error.kind.stops or error.authority is Authority.FINAL:
        return None
    accepted = _was_accepted(error, account, (state,))
    if not accepted and error.authority is not Authority.PAGE:
        return None
    return now + _AGAIN[state.stopped]


def of_hostname(error: DdnsError) -> DdnsError:
    """Return a stop of the account as one of the hostname, where others were accepted."""
    if not (error.account_wide and error.kind.stops):
        return error
    return Refused(
        **error.words, maybe_applied=error.maybe_applied, retry_after=error.retry_after
    ).of(error.authority)


def _was_accepted(
    error: DdnsError, account: AccountState, states: Iterable[FamilyState]
) -> bool:
    """Return True if the provider took before what it refuses now."""
    return account.accepted and (
        error.account_wide or all(each.confirmed_at is not None for each in states)
    )
