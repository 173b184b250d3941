"""One round of publishing for an account: what is sent, and what the answers make of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from .address import Address, Family
from .engine import (
    Decision,
    Publish,
    Reason,
    Skip,
    began,
    calmed,
    failed,
    failed_account,
    succeeded,
)
from .errors import DdnsError
from .providers.base import Limits, Result
from .state import AccountState, FamilyState, Outcome

# a hostname, by the id that its state is kept under, and a family
type Key = tuple[str, Family]


def due(
    decisions: Mapping[Key, Decision],
    addresses: Mapping[Key, Address | None],
    *,
    pairs_families: bool,
) -> dict[Key, Publish]:
    """Return what is to be sent now, with the family that must go along with another."""
    sent = {
        key: decision
        for key, decision in decisions.items()
        if isinstance(decision, Publish)
    }
    if not pairs_families:
        return sent
    for (hostname, family), decision in list(sent.items()):
        other = (hostname, Family.IPV6 if family is Family.IPV4 else Family.IPV4)
        companion = decisions[other]
        if isinstance(companion, Skip) and companion.reason is Reason.UNCHANGED:
            sent[other] = replace(decision, address=addresses[other])
    return sent


def begin(
    account: AccountState,
    decisions: Mapping[Key, Decision],
    sent: Mapping[Key, Publish],
    now: datetime,
) -> AccountState:
    """Return the account's state to store before the provider is called."""
    for key, decision in decisions.items():
        if key in sent:
            account = _with(account, key, partial(began, decision=sent[key], now=now))
        elif isinstance(decision, Skip) and decision.reason is Reason.UNCHANGED:
            account = _with(account, key, calmed)
    return account


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
    for key, result in results.items():
        if isinstance(result, DdnsError):
            change = partial(
                failed, error=result, now=now, limits=limits, jitter=jitter
            )
            account = _with(account, key, change)
            if result.account_wide:
                account = failed_account(account, result, now, limits)
        else:
            account = confirm(account, key, sent[key].address, result, now)
    return account


def confirm(
    account: AccountState,
    key: Key,
    address: Address | None,
    outcome: Outcome,
    now: datetime,
) -> AccountState:
    """Return the account's state after the provider confirmed an address."""
    change = partial(succeeded, address=address, outcome=outcome, now=now)
    return _with(account, key, change)


def _with(
    account: AccountState, key: Key, change: Callable[[FamilyState], FamilyState]
) -> AccountState:
    """Return the account's state with one family of one hostname changed."""
    hostname, family = key
    state = account.hostname(hostname)
    changed = change(state[family])
    if changed == state[family]:
        return account
    return account.with_hostname(hostname, state.with_family(family, changed))
