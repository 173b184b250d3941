"""What is known of hostnames, as values."""

from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.engine.state import (
    AccountState,
    Attempt,
    Failure,
    FamilyState,
    HostnameState,
)
from custom_components.ddns_plus.core.errors import (
    FailureKind,
    InvalidField,
    Unavailable,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
A = ip_address("81.2.69.142")
B = ip_address("81.2.69.143")
IPV6 = ip_address("2a02:8108::1")


def test_a_failure_keeps_the_facts_of_its_error() -> None:
    """All that entities, repairs and the engine need."""
    error = Unavailable(
        "timeout",
        "no answer",
        reason="too_slow",
        facts={"seconds": "15"},
        account_wide=True,
        maybe_applied=True,
    )
    assert Failure.from_error(error, NOW, A) == Failure(
        kind=FailureKind.UNAVAILABLE,
        code="timeout",
        said="no answer",
        reason="too_slow",
        facts={"seconds": "15"},
        at=NOW,
        address=A,
        account_wide=True,
        maybe_applied=True,
    )
    field = Failure.from_error(InvalidField("ttl", "too_small"), NOW).field
    assert field == "ttl"


def test_a_hostname_has_both_families_with_their_own_addresses() -> None:
    """A state that mixes them up cannot be made."""
    with pytest.raises(ValueError):
        HostnameState(families={Family.IPV4: FamilyState()})
    with pytest.raises(ValueError):
        HostnameState().with_family(Family.IPV6, FamilyState(published=A))
    with pytest.raises(ValueError):
        FamilyState(failures=-1)


def test_a_change_of_one_hostname_leaves_the_others_alone() -> None:
    """States are values: the old one stays as it was."""
    empty = AccountState()
    changed = HostnameState().with_family(Family.IPV4, FamilyState(published=A))
    account = empty.with_hostname("home", changed)
    assert account.hostname("home")[Family.IPV4].published == A
    assert account.hostname("home")[Family.IPV6] == FamilyState()
    assert account.hostname("office") == HostnameState()
    assert empty == AccountState()


def test_what_may_be_ours_is_known_in_the_order_of_likelihood() -> None:
    """What was confirmed, then what was sent last."""
    attempt = Attempt(address=B, at=NOW, earlier=(None, A, B))
    assert attempt.possible == (B, None, A)
    assert FamilyState().ours is None
    assert FamilyState(attempt=attempt).ours == B
    assert FamilyState(published=A, attempt=attempt).possible == (A, B, A)
    assert FamilyState(published=A, attempt=attempt).ours == A


def test_doubt_does_not_grow_for_ever() -> None:
    """An address that changes with every failure is forgotten after a while."""
    many = tuple(ip_address(f"81.2.69.{host}") for host in range(20))
    attempt = Attempt(address=B, at=NOW, earlier=many)
    assert attempt.possible == (B, *many[:7])
