"""One round of publishing for an account: what is sent, and what the answers make of it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from ..address import Address, Family
from ..errors import DdnsError
from ..outcome import Outcome
from ..provider_info import Limits, Result
from .decide import (
    Decision,
    Publish,
    Reason,
    Skip,
    Wait,
    began,
    calmed,
    failed,
    failed_account,
    read_back,
    succeeded,
)
from .state import AccountState, FamilyState, HostnameState
from .write_limits import is_write, with_write

# a hostname, by the id that its state is kept under, and a family
type Key = tuple[str, Family]
type _Change = Callable[[FamilyState], FamilyState]

_OTHER = {Family.IPV4: Family.IPV6, Family.IPV6: Family.IPV4}


def paired(
    decisions: Mapping[Key, Decision],
    addresses: Mapping[Key, Address | None],
    account: AccountState,
) -> dict[Key, Decision]:
    """Return the decisions where a provider must be sent both families of a hostname.

    A family without anything to send goes along with the other one, for the provider
    might drop what it is not sent: with the address in `addresses`, which are those
    that are wanted, or with the published one while the wanted one is not known. One
    that must not be sent yet holds the other one back.
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
    account: AccountState, decisions: Mapping[Key, Decision]
) -> dict[Key, Publish]:
    """Return what is to be sent, but nobody knows what became of the update before."""
    return {
        (hostname, family): decision
        for (hostname, family), decision in decisions.items()
        if isinstance(decision, Publish)
        and account.hostname(hostname)[family].attempt is not None
    }


def learn(
    account: AccountState,
    doubts: Mapping[Key, Publish],
    held: Mapping[Key, Collection[Address]],
    now: datetime,
) -> AccountState:
    """Return the account's state when the provider has told what it holds."""
    return _changed(
        account,
        {
            key: partial(read_back, held=addresses, wanted=doubts[key].address, now=now)
            for key, addresses in held.items()
        },
    )


def begin(
    account: AccountState,
    decisions: Mapping[Key, Decision],
    sent: Mapping[Key, Publish],
    now: datetime,
) -> AccountState:
    """Return the account's state to store before the provider is called."""
    changes: dict[Key, _Change] = {
        key: calmed
        for key, decision in decisions.items()
        if isinstance(decision, Skip) and decision.reason is Reason.UNCHANGED
    }
    for key, decision in sent.items():
        changes[key] = partial(began, decision=decision, now=now)
    return _changed(account, changes)


def attributed(
    sent: Mapping[Key, Publish], results: Iterable[Result]
) -> dict[Key, Result]:
    """Return the results by key, in the order of what was sent.

    "Updated" is said of the whole hostname: not of the family that only went along.
    """
    return {
        key: Outcome.UNCHANGED
        if result is Outcome.UPDATED and decision.reason is Reason.UNCHANGED
        else result
        for (key, decision), result in zip(sent.items(), results, strict=True)
    }


def digest(
    account: AccountState,
    sent: Mapping[Key, Publish],
    results: Mapping[Key, Result],
    limits: Limits,
    now: datetime,
    jitter: float,
) -> AccountState:
    """Return the account's state after the provider's answers; `jitter` is from 0 to 1."""
    if any(isinstance(result, Outcome) for result in results.values()):
        account = replace(account, failure=None, retry_at=None)
    if any(is_write(result) for result in results.values()):
        account = counted(account, limits, now)
    changes: dict[Key, _Change] = {}
    for key, result in results.items():
        if isinstance(result, DdnsError):
            changes[key] = partial(
                failed, error=result, now=now, limits=limits, jitter=jitter
            )
        else:
            address = sent[key].address
            changes[key] = partial(succeeded, address=address, outcome=result, now=now)
    account = _changed(account, changes)
    for result in dict.fromkeys(results.values()):
        if isinstance(result, DdnsError) and result.account_wide:
            account = failed_account(account, result, now, limits)
    return account


def counted(account: AccountState, limits: Limits, now: datetime) -> AccountState:
    """Return the account's state after its zones were changed, or may have been."""
    return replace(account, writes=with_write(account.writes, limits.writes, now))


def barred(
    account: AccountState,
    keys: Iterable[Key],
    error: DdnsError,
    limits: Limits,
    now: datetime,
) -> AccountState:
    """Return the account's state when an error keeps records from even being sent.

    What is stopped already keeps its own reason; what an earlier update became stays
    to be found out.
    """

    def bar(state: FamilyState) -> FamilyState:
        if state.stopped:
            return state
        stopped = failed(state, error, now, limits, 0)
        return replace(stopped, attempt=state.attempt)

    return _changed(account, dict.fromkeys(keys, bar))


def confirmed(before: AccountState, after: AccountState) -> frozenset[Key]:
    """Return what the provider confirmed between two states of an account."""
    return frozenset(
        (hostname, family)
        for hostname, state in after.hostnames.items()
        for family, each in state.families.items()
        if each.confirmed_at != before.hostname(hostname)[family].confirmed_at
    )


def _changed(account: AccountState, changes: Mapping[Key, _Change]) -> AccountState:
    """Return the account's state with some families of some hostnames changed."""
    hostnames = dict(account.hostnames)
    for (hostname, family), change in changes.items():
        state = hostnames.get(hostname) or HostnameState()
        changed = change(state[family])
        if changed != state[family]:
            hostnames[hostname] = state.with_family(family, changed)
    return replace(account, hostnames=hostnames)
