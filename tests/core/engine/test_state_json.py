"""The stored form of the state: read back, and damaged."""

from datetime import UTC, datetime, timedelta, timezone
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.engine.clock import clock_corrected
from custom_components.ddns_plus.core.engine.decide import (
    DecisionInput,
    Force,
    Mode,
    decide,
)
from custom_components.ddns_plus.core.engine.state import (
    AccountState,
    Attempt,
    Failure,
    FamilyState,
    HostnameState,
)
from custom_components.ddns_plus.core.observation import Observation
from custom_components.ddns_plus.core.provider_info import Limits

from .stored_account import IPV6, NOW, READ, STORED, A

moments = st.datetimes(
    min_value=datetime(1971, 1, 1),
    max_value=datetime(2999, 12, 30),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-11, minutes=-30))]),
)


def addresses(family: Family) -> st.SearchStrategy[Any]:
    """Return a strategy for addresses of a family."""
    return st.ip_addresses(v=family.version)  # type: ignore[arg-type]


def failures(family: Family) -> st.SearchStrategy[Failure]:
    """Return a strategy for failures."""
    return st.builds(
        Failure, at=moments, address=st.none() | addresses(family), code=st.text()
    )


def family_states(family: Family) -> st.SearchStrategy[FamilyState]:
    """Return a strategy for states of a family."""
    attempts = st.builds(
        Attempt,
        address=st.none() | addresses(family),
        at=moments,
        earlier=st.lists(st.none() | addresses(family), max_size=3).map(tuple),
        overtaken_at=st.none() | moments,
        settled_at=st.none() | moments,
    )
    return st.builds(
        FamilyState,
        published=st.none() | addresses(family),
        changed_at=st.none() | moments,
        confirmed_at=st.none() | moments,
        sent_at=st.none() | moments,
        drift_sent_at=st.none() | moments,
        attempt=st.none() | attempts,
        failure=st.none() | failures(family),
        failures=st.integers(min_value=0, max_value=1000),
        retry_at=st.none() | moments,
    )


hostname_states = st.builds(
    HostnameState,
    families=st.fixed_dictionaries(
        {family: family_states(family) for family in Family}
    ),
)
account_states = st.builds(
    AccountState,
    failure=st.none() | failures(Family.IPV4),
    retry_at=st.none() | moments,
    hostnames=st.dictionaries(st.text(max_size=5), hostname_states, max_size=2),
    writes=st.lists(moments, max_size=3).map(sorted).map(tuple),
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        [
            "updated",
            "refused",
            "10.0.0.1",
            "::1",
            "2026-11-22",
            "2026-11-22T12:00:00",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2999-12-31T23:59:59+00:00",
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner)
    ),
    max_leaves=4,
)


def all_is_well(account: AccountState) -> None:
    """Use a state as the coordinator does; whatever was read must not break it."""
    account = clock_corrected(account, NOW)
    for hostname in account.hostnames.values():
        for family in Family:
            for force in Force:
                decide(
                    DecisionInput(
                        mode=Mode.UPDATE,
                        observation=Observation(
                            family=family, address=A if family is Family.IPV4 else IPV6
                        ),
                        account=account,
                        hostname=hostname,
                        limits=Limits(
                            minimum_interval=timedelta(minutes=10),
                            keep_alive=timedelta(days=25),
                            writes=((2, timedelta(days=1)),),
                        ),
                        now=NOW,
                        force=force,
                        drifted=True,
                    )
                )


@given(account_states)
def test_what_is_stored_is_read_back(account: AccountState) -> None:
    """Through the text of a file, without loss."""
    stored = json.dumps(account.as_json())
    assert AccountState.from_json(json.loads(stored)) == account


@given(account_states)
def test_what_is_read_can_be_decided_on(account: AccountState) -> None:
    """However far off its times are."""
    all_is_well(account)


def test_the_stored_form_is_as_it_always_was() -> None:
    """Another form needs another version of the store, and a migration."""
    assert READ.as_json() == STORED
    assert AccountState.from_json(STORED) == READ


def test_writes_are_in_the_order_of_time() -> None:
    """What is not is damage."""
    with pytest.raises(ValueError, match="order of time"):
        AccountState.from_json({**STORED, "writes": STORED["writes"][::-1]})


def test_the_stored_form_is_plain_json() -> None:
    """No enumeration slips through: not every writer of JSON takes one."""

    stored = READ.as_json()
    for path in paths(stored):
        value: Any = stored
        for key in path:
            assert type(key) in {str, int}
            value = value[key]
        assert type(value) in {dict, list, str, int, bool, type(None)}


def test_times_are_read_in_utc() -> None:
    """Whatever time zone they were written in."""
    at = "2026-11-22T14:00:00+02:00"
    stored = {"address": None, "at": at, "earlier": []}
    attempt = Attempt.from_json({**stored, "overtaken_at": at, "settled_at": None})
    assert attempt.at == NOW
    assert attempt.at.tzinfo is UTC


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to everything in a JSON value."""
    found = [path] if path else []
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        found += paths(item, (*path, key))
    return found


def damaged(path: tuple[Any, ...], value: object = ...) -> dict[str, Any]:
    """Return the stored account with one value replaced, or left out."""
    data: dict[str, Any] = json.loads(json.dumps(STORED))
    inner: Any = data
    for key in path[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return data


@given(path=st.sampled_from(paths(STORED)), value=json_values)
def test_damage_raises_what_is_expected_or_does_no_harm(
    path: tuple[Any, ...], value: object
) -> None:
    """Any value in any place."""
    try:
        account = AccountState.from_json(damaged(path, value))
    except ValueError, KeyError, TypeError:
        return
    all_is_well(account)


@pytest.mark.parametrize(
    "path", [path for path in paths(STORED) if isinstance(path[-1], str)], ids=str
)
def test_nothing_but_a_hostname_may_be_missing(path: tuple[Any, ...]) -> None:
    """A state that is half read would publish or delete for no reason."""
    if path == ("hostnames", "01JD"):
        assert AccountState.from_json(damaged(path)).hostnames == {}
        return
    with pytest.raises((KeyError, ValueError)):
        AccountState.from_json(damaged(path))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("published",), 1359365518),
        (("published",), "2a02:8108::1"),
        (("published",), "81.2.69.1420"),
        (("attempt", "address"), "2a02:8108::1"),
        (("attempt", "earlier"), ["2a02:8108::1"]),
        (("attempt", "earlier"), "81.2.69.142"),
        (("attempt", "earlier"), None),
        (("attempt",), []),
        (("attempt",), False),
        (("failures",), -1),
        (("failures",), True),
        (("failures",), 1.0),
        (("failures",), "1"),
        (("asked_until",), 0),
        (("asked_until",), "2026-11-22T12:00:00"),
        (("asked_until",), "soon"),
        (("outcome",), ""),
        (("outcome",), "published"),
        (("sent_at",), "2026-11-22T12:00:00"),
        (("sent_at",), 1795348800),
        (("sent_at",), "1969-12-31T00:00:00+00:00"),
        (("sent_at",), "3000-01-01T00:00:00+00:00"),
        (("sent_at",), ""),
        (("failure",), {}),
    ],
    ids=str,
)
def test_what_is_not_of_its_type_is_damage(
    path: tuple[str, ...], value: object
) -> None:
    """Nothing is guessed: neither a number for an address nor a text for a truth."""
    family = ("hostnames", "01JD", "families", "ipv4")
    with pytest.raises((TypeError, ValueError, KeyError)):
        AccountState.from_json(damaged((*family, *path), value))


@pytest.mark.parametrize("data", [None, [], "", 1, {}, {"writes": []}], ids=repr)
def test_a_store_that_is_something_else_is_damage(data: Any) -> None:
    """Whatever was written there."""
    with pytest.raises((TypeError, ValueError, KeyError)):
        AccountState.from_json(data)
