"""Round of publishing for an account: its state before and after the call."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from ..address import Address, Family
from ..errors import Authority, DdnsError
from ..outcome import Outcome
from ..provider_info import Limits, Result
from .belief import asked_again, believed, of_hostname
from .decide import (
    Decision,
    Publish,
    Reason,
    Skip,
    Wait,
    began,
    failed,
    failed_account,
    failure_cleared,
    read_back,
    succeeded,
)
from .state import AccountState, FamilyState
from .write_limits import is_write, with_writes

# the id under which a hostname's state is kept, and a family
type RecordKey = tuple[str, Family]
# what becomes of records; those of an account may be changed a few at a time
type Changes = Mapping[RecordKey, Callable[[FamilyState], FamilyState]]

# the address was published before
_SAME = frozenset({Reason.CONFIRMATION, Reason.UNCHANGED})
_OTHER = {Family.IPV4: Family.IPV6, Family.IPV6: Family.IPV4}


def paired(
    decisions: Mapping[RecordKey, Decision],
    addresses: Mapping[RecordKey, Address | None],
    account: AccountState,
) -> dict[RecordKey, Decision]:
    """Return the decisions where a provider must be sent both families of a hostname.

    Such a provider might drop a family that it is not sent. A family with nothing to
    send goes along with the other one: with its address in `addresses`, or with the
    published one while that is unknown. A family that must wait holds the other back.
    """
    together = dict(decisions)
    for key, decision in decisions.items():
        if not isinstance(decision, Publish):
            continue
        hostname, family = key
        other = (hostname, _OTHER[family])
        reason, address = Reason.UNCHANGED, addresses.get(other)
        match decisions[other]:
            case Skip(reason=Reason.UNCHANGED):
                pass
            case Wait(reason=Reason.BACK_OFF):
                reason = Reason.RETRY
            case Skip(reason=Reason.ADDRESS_UNKNOWN | Reason.NOT_PUBLISHABLE):
                address = account.hostname(hostname)[other[1]].published
            case Wait() as wait:
                together[key] = wait
                continue
            case _:
                continue
        if address is not None:
            together[other] = Publish(reason=reason, address=address)
    return together


def doubtful(
    account: AccountState, decisions: Mapping[RecordKey, Decision]
) -> dict[RecordKey, Publish]:
    """Return the records due for sending whose previous attempt is unresolved."""
    return {
        (hostname, family): decision
        for (hostname, family), decision in decisions.items()
        if isinstance(decision, Publish)
        and account.hostname(hostname)[family].attempt is not None
    }


def apply_read_back(
    account: AccountState,
    doubts: Mapping[RecordKey, Publish],
    held: Mapping[RecordKey, Collection[Address]],
    now: datetime,
) -> AccountState:
    """Return the account's state after the provider told what its records hold."""
    return changed(
        account,
        {
            key: partial(read_back, held=addresses, wanted=doubts[key].address, now=now)
            for key, addresses in held.items()
        },
    )


def begin(
    account: AccountState,
    decisions: Mapping[RecordKey, Decision],
    sent: Mapping[RecordKey, Publish],
    now: datetime,
) -> AccountState:
    """Return the account's state to store before the provider is called."""
    return changed(account, begun(decisions, sent, now))


def begun(
    decisions: Mapping[RecordKey, Decision],
    sent: Mapping[RecordKey, Publish],
    now: datetime,
) -> Changes:
    """Return the changes of the records before the provider is called."""
    cleared = {
        key: failure_cleared
        for key, decision in decisions.items()
        if isinstance(decision, Skip) and decision.reason is Reason.UNCHANGED
    }
    return cleared | {
        key: partial(began, decision=decision, now=now)
        for key, decision in sent.items()
    }


def attributed(
    sent: Mapping[RecordKey, Publish], results: Iterable[Result]
) -> dict[RecordKey, Result]:
    """Return the results by key, in the order of what was sent.

    The provider reports "updated" per hostname; a family that only went along counts as
    unchanged, as does an address that was only confirmed.
    """
    return {
        key: Outcome.UNCHANGED
        if result is Outcome.UPDATED and decision.reason in _SAME
        else result
        for (key, decision), result in zip(sent.items(), results, strict=True)
    }


def digest(
    account: AccountState,
    sent: Mapping[RecordKey, Publish],
    results: Mapping[RecordKey, Result],
    limits: Limits,
    now: datetime,
    jitter: float,
    requests: int = 0,
) -> AccountState:
    """Return the account's state after the provider's answers; `jitter` is from 0 to 1.

    `requests` is how many requests that write were made, as far as that is known.
    """
    return changed(
        *answered(account, sent, results, limits, now, jitter, requests=requests)
    )


def answered(
    account: AccountState,
    sent: Mapping[RecordKey, Publish],
    results: Mapping[RecordKey, Result],
    limits: Limits,
    now: datetime,
    jitter: float,
    requests: int = 0,
) -> tuple[AccountState, Changes]:
    """Return the account's state after the answers, and the changes of its records."""
    before = account
    accepted = any(isinstance(result, Outcome) for result in results.values())
    if accepted:
        account = replace(account, failure=None, retry_at=None, accepted=True)
    if any(is_write(result) for result in results.values()):
        requests = max(requests, 1)
    account = counted(account, limits, now, requests)
    doubted = _doubted_first(before)
    changes: dict[RecordKey, Callable[[FamilyState], FamilyState]] = {}
    for (hostname, family), result in results.items():
        key = hostname, family
        if not isinstance(result, DdnsError):
            address = sent[key].address
            changes[key] = partial(succeeded, address=address, outcome=result, now=now)
            continue
        state = before.hostname(hostname)[family]
        own = of_hostname(result) if accepted else result
        concerned = (state,) if not own.account_wide else doubted
        error = believed(own, before, concerned, now)
        again_at = asked_again(error, before, state, now)
        changes[key] = partial(
            _failed,
            refusal=own,
            error=error,
            now=now,
            limits=limits,
            jitter=jitter,
            again_at=again_at,
        )
        if error.account_wide:
            account = failed_account(account, error, now, limits, again_at)
    return account, changes


def _doubted_first(account: AccountState) -> tuple[FamilyState, ...]:
    """Return the record that was doubted first, which stands for all of the account."""
    doubted = (
        (state.doubted_at, state)
        for hostname in account.hostnames.values()
        for state in hostname.families.values()
        if state.doubted_at is not None
    )
    first = min(doubted, key=lambda item: item[0], default=None)
    return () if first is None else (first[1],)


def _failed(
    state: FamilyState,
    *,
    refusal: DdnsError,
    error: DdnsError,
    now: datetime,
    limits: Limits,
    jitter: float,
    again_at: datetime | None,
) -> FamilyState:
    """Return a record's state after an error; `refusal` is what was made of an outage."""
    after = failed(state, error, now, limits, jitter, again_at)
    # a page says nothing of what the provider would refuse
    if error is refusal or refusal.authority is Authority.PAGE:
        return after
    return replace(after, doubted_at=state.doubted_at or now)


def counted(
    account: AccountState, limits: Limits, now: datetime, requests: int
) -> AccountState:
    """Return the account's state with more requests that write counted."""
    writes = with_writes(account.writes, limits.writes, now, requests)
    return replace(account, writes=writes) if requests else account


def blocked(
    account: AccountState,
    keys: Iterable[RecordKey],
    error: DdnsError,
    limits: Limits,
    now: datetime,
) -> AccountState:
    """Return the account's state when an error keeps records from being sent.

    A record that is stopped keeps its reason, and an open attempt stays open.
    """

    def bar(state: FamilyState) -> FamilyState:
        if state.stopped:
            return state
        stopped = failed(state, error, now, limits, 0)
        return replace(stopped, attempt=state.attempt)

    return changed(account, dict.fromkeys(keys, bar))


def confirmed(before: AccountState, after: AccountState) -> frozenset[RecordKey]:
    """Return the records that the provider confirmed between two states."""
    return frozenset(
        (hostname, family)
        for hostname, state in after.hostnames.items()
        for family, each in state.families.items()
        if each.confirmed_at != before.hostname(hostname)[family].confirmed_at
    )


def changed(account: AccountState, changes: Changes) -> AccountState:
    """Return the account's state with some families of some hostnames changed."""
    hostnames = dict(account.hostnames)
    for (hostname, family), change in changes.items():
        state = hostnames.get(hostname) or account.hostname(hostname)
        after = change(state[family])
        if after != state[family]:
            hostnames[hostname] = state.with_family(family, after)
    return replace(account, hostnames=hostnames)
