"""What is wanted: rules 1 to 4 and 9 to 11 of the engine; time is passed in."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.engine.decide import (
    DecisionInput,
    Force,
    Mode,
    Publish,
    Reason,
    Stop,
    decide,
)
from custom_components.ddns_plus.core.engine.state import AccountState, FamilyState
from custom_components.ddns_plus.core.errors import (
    DdnsError,
    InvalidCredentials,
    InvalidField,
    Refused,
    Unavailable,
)
from custom_components.ddns_plus.core.observation import Observation, Unknown
from custom_components.ddns_plus.core.provider_info import Limits

from .engine_driver import (
    DAY,
    HOME,
    HOME_IPV6,
    HOUR,
    IPV4,
    IPV6,
    MINUTE,
    OFFICE,
    SECOND,
    START,
    Driver,
    publish,
    skip,
    wait,
)

A, B, C, _ = IPV4

STOPS = [
    InvalidCredentials("badauth"),
    InvalidField("hostname", "nohost"),
    InvalidField("hostname", "notfqdn"),
    Refused("abuse", account_wide=True),
    Refused("!donator"),
]


# Rule 1: unknown is not empty


@pytest.mark.parametrize("mode", [Mode.UPDATE, Mode.OFF])
@pytest.mark.parametrize("force", Force)
@pytest.mark.parametrize("unknown", Unknown)
def test_rule_1_an_unknown_address_never_writes(
    unknown: Unknown, force: Force, mode: Mode
) -> None:
    """Whatever the reason, and however much forced, nothing is written or cleared."""
    driver = Driver.with_all_published()
    driver.see(unknown)
    driver.modes[HOME] = mode
    reason = Reason.ADDRESS_UNKNOWN if mode is Mode.UPDATE else Reason.FAMILY_OFF
    assert driver.decide(force=force) == skip(reason)
    assert driver.state().published == A


def test_rule_1_an_address_known_again_is_not_sent_again() -> None:
    """The same address after an outage is unchanged."""
    driver = Driver.with_all_published()
    driver.see(Unknown.OFFLINE)
    driver.wait(HOUR)
    driver.see(A)
    assert driver.decide() == skip(Reason.UNCHANGED)


def test_rule_1_a_family_that_nobody_looks_for_is_left_alone() -> None:
    """A family that the connection does not watch is off, not unknown."""
    driver = Driver.with_all_published()
    driver.observations[Family.IPV4] = Observation(family=Family.IPV4)
    assert driver.decide(force=Force.FORCE) == skip(Reason.FAMILY_OFF)


# Rule 2: only publishable addresses leave the house


@pytest.mark.parametrize("force", Force)
@pytest.mark.parametrize(
    "text",
    [
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.1.1",
        "192.0.2.1",
        "224.0.0.1",
        "fe80::1",
        "fd00::1",
        "2001:db8::1",
        "::ffff:81.2.69.142",
        "2a02:8108::1%eth0",
        "ff0e::1",
    ],
)
def test_rule_2_an_address_that_is_not_public_is_never_published(
    text: str, force: Force
) -> None:
    """Not for a new record, not when forced."""
    driver = Driver()
    address = ip_address(text)
    family = Family.of(address)
    driver.see(address, family)
    assert driver.decide(("home", family), force) == skip(Reason.NOT_PUBLISHABLE)


def test_rule_2_an_address_outside_the_allowed_networks_is_not_published() -> None:
    """The user's own networks narrow the choice."""
    situation = DecisionInput(
        mode=Mode.UPDATE,
        observation=Observation(family=Family.IPV4, address=A),
        account=AccountState(),
        hostname=AccountState().hostname("home"),
        limits=Limits(),
        now=START,
    )
    allowed = replace(situation, allowed=(ip_network("81.2.69.0/24"),))
    assert decide(allowed) == publish(Reason.CHANGED)
    other = replace(situation, allowed=(ip_network("81.2.70.0/24"),))
    assert decide(other) == skip(Reason.NOT_PUBLISHABLE)


# Rule 3: a changed address needs two operators. The quorum counts them; what it has not
# settled reaches the engine as unknown


@pytest.mark.parametrize("unknown", [Unknown.UNDECIDED, Unknown.CONFLICT])
def test_rule_3_what_one_operator_says_alone_is_not_published(unknown: Unknown) -> None:
    """Neither is anything said that another operator denies."""
    driver = Driver.with_all_published()
    driver.see(unknown)
    assert not isinstance(driver.decide(), Publish)
    driver.see(B)
    assert driver.decide() == publish(Reason.CHANGED, B)


# Rule 4: a provider is called only for a reason


def test_rule_4_a_new_record_is_published() -> None:
    """Nothing published is different from any address."""
    driver = Driver()
    assert driver.decide() == publish(Reason.CHANGED)


def test_rule_4_a_changed_address_is_published() -> None:
    """And only by the records of its family."""
    driver = Driver.with_all_published()
    driver.see(B)
    assert driver.decide() == publish(Reason.CHANGED, B)
    assert driver.decide(HOME_IPV6) == skip(Reason.UNCHANGED)


def test_rule_4_an_unchanged_address_is_not_published() -> None:
    """However long it has been."""
    driver = Driver.with_all_published()
    driver.wait(400 * DAY)
    assert driver.decide() == skip(Reason.UNCHANGED)


@pytest.mark.parametrize("force", [Force.FORCE, Force.OVERRIDE_STOP])
def test_rule_4_force_publishes_an_unchanged_address(force: Force) -> None:
    """Somebody asked for it."""
    driver = Driver.with_all_published()
    assert driver.decide(force=force) == publish(Reason.FORCED)


def test_rule_4_a_restart_is_not_a_reason() -> None:
    """Everything that a decision depends on is stored."""
    driver = Driver.with_all_published()
    driver.restart()
    assert {driver.decide(key) for key in driver.keys} == {skip(Reason.UNCHANGED)}


def test_rule_4_keep_alive_confirms_an_unchanged_record_in_time() -> None:
    """Not a second earlier, and the age counts from the last confirmation."""
    driver = Driver(Limits(keep_alive=25 * DAY))
    driver.publish()
    due = START + 25 * DAY
    assert driver.decide() == skip(Reason.UNCHANGED, due)
    driver.wait(25 * DAY - SECOND)
    assert driver.decide() == skip(Reason.UNCHANGED, due)
    driver.wait(SECOND)
    assert driver.publish() == publish(Reason.KEEP_ALIVE)
    assert driver.decide() == skip(Reason.UNCHANGED, due + 25 * DAY)


def test_rule_4_drift_is_repaired_once_a_day() -> None:
    """For each hostname and family of its own, and over a restart."""
    driver = Driver.with_all_published()
    driver.drifted = {HOME}
    assert driver.publish() == publish(Reason.DRIFT)
    driver.restart()
    allowed = START + DAY
    assert driver.decide() == skip(Reason.UNCHANGED, allowed)
    driver.wait(DAY - SECOND)
    assert driver.decide() == skip(Reason.UNCHANGED, allowed)
    driver.drifted = {HOME, HOME_IPV6, OFFICE}
    assert driver.decide(HOME_IPV6) == publish(Reason.DRIFT, IPV6[0])
    assert driver.decide(OFFICE) == publish(Reason.DRIFT)
    driver.wait(SECOND)
    assert driver.decide() == publish(Reason.DRIFT)


def test_rule_4_only_a_repair_counts_as_one() -> None:
    """A changed address in between does not put off the next repair."""
    driver = Driver.with_all_published()
    driver.see(B)
    driver.publish()
    driver.drifted = {HOME}
    assert driver.decide() == publish(Reason.DRIFT, B)


def test_the_time_of_the_next_reason_is_the_earliest() -> None:
    """Whether a repair or the keep-alive comes first."""
    driver = Driver.with_all_published()
    driver.drifted = {HOME}
    driver.publish()
    driver.limits = Limits(keep_alive=2 * DAY)
    assert driver.decide() == skip(Reason.UNCHANGED, START + DAY)
    driver.limits = Limits(keep_alive=HOUR)
    assert driver.decide() == skip(Reason.UNCHANGED, START + HOUR)


def test_other_settings_are_published_with_the_same_address() -> None:
    """A changed TTL must reach the provider; the other hostname stays alone."""
    driver = Driver.with_all_published()
    driver.reset("home")
    driver.restart()
    assert driver.state().published == A
    assert driver.publish() == publish(Reason.CHANGED)
    assert driver.decide() == skip(Reason.UNCHANGED)
    assert driver.decide(OFFICE) == skip(Reason.UNCHANGED)


# Rule 9: both families are managed independently; the provider pairs them


def test_rule_9_families_are_decided_independently() -> None:
    """The state and knowledge of one family never influence the other."""
    driver = Driver()
    alone = driver.decide(HOME_IPV6)
    driver.see(Unknown.OFFLINE)
    assert driver.decide(HOME_IPV6) == alone
    driver.see(ip_address("10.0.0.1"))
    assert driver.decide(HOME_IPV6) == alone
    driver.modes[HOME] = Mode.OFF
    driver.drifted.add(HOME)
    assert driver.decide(HOME_IPV6) == alone
    driver.change(HOME, FamilyState(published=A, confirmed_at=START, sent_at=START))
    assert driver.decide(HOME_IPV6) == alone
    driver.reject(InvalidField("hostname", "nohost"), HOME)
    assert driver.decide(HOME_IPV6) == alone


# Rule 10: the last address always wins


def test_rule_10_an_address_that_changes_during_a_write_is_published_after_it() -> None:
    """Right after it, where the provider has no minimum interval."""
    driver = Driver.with_all_published()
    driver.see(B)
    driver.begin()
    driver.see(C)
    driver.confirm(HOME, B)
    assert driver.publish() == publish(Reason.CHANGED, C)
    assert driver.state().published == C


def test_rule_10_an_address_that_changes_during_a_failing_write_is_published() -> None:
    """The failure belongs to the address that was sent."""
    driver = Driver.with_all_published()
    driver.see(B)
    driver.begin()
    driver.see(C)
    driver.reject(Unavailable("http_503"), HOME)
    failure = driver.state().failure
    assert failure is not None
    assert failure.address == B
    assert driver.decide() == publish(Reason.CHANGED, C)


def test_rule_10_an_address_that_changes_back_is_published() -> None:
    """There is nothing left of the first time."""
    driver = Driver.with_all_published()
    for address in (B, A, B, A):
        driver.see(address)
        assert driver.publish() == publish(Reason.CHANGED, address)


# Rule 11: nothing is deleted but what the user asked to withdraw


@pytest.mark.parametrize("force", Force)
@pytest.mark.parametrize("mode", [Mode.UPDATE, Mode.OFF])
def test_rule_11_nothing_is_deleted_unasked(mode: Mode, force: Force) -> None:
    """Not by an address lost, a family switched off or a pause."""
    driver = Driver.with_all_published()
    driver.modes[HOME] = mode
    for lost in (Unknown.OFFLINE, ip_address("10.0.0.1"), B):
        driver.see(lost)
        decision = driver.decide(force=force)
        assert not isinstance(decision, Publish) or decision.address is not None


@pytest.mark.parametrize("force", Force)
def test_rule_11_what_was_not_published_from_here_is_never_withdrawn(
    force: Force,
) -> None:
    """Somebody else put it there."""
    driver = Driver()
    driver.modes[HOME] = Mode.WITHDRAW
    assert driver.decide(force=force) == skip(Reason.NOT_PUBLISHED)
    driver.reset("home")
    assert driver.decide(force=force) == skip(Reason.NOT_PUBLISHED)


@pytest.mark.parametrize(
    "seen",
    [
        Observation(family=Family.IPV4, address=A),
        Observation(family=Family.IPV4, address=B),
        Observation(family=Family.IPV4, unknown=Unknown.OFFLINE),
        Observation(family=Family.IPV4),
    ],
    ids=["published", "changed", "unknown", "not_watched"],
)
def test_rule_11_a_withdrawal_is_made_once(seen: Observation) -> None:
    """It needs no address, and the other family stays."""
    driver = Driver.with_all_published()
    driver.observations[Family.IPV4] = seen
    driver.modes[HOME] = Mode.WITHDRAW
    assert driver.publish() == publish(Reason.WITHDRAWAL, None)
    assert driver.state().published is None
    assert driver.decide() == skip(Reason.NOT_PUBLISHED)
    assert driver.decide(HOME_IPV6) == skip(Reason.UNCHANGED)


def test_rule_11_a_withdrawal_remembers_what_it_withdraws() -> None:
    """An update that may have arrived, and a withdrawal that failed, leave a record."""
    driver = Driver()
    driver.fail(Unavailable("timeout", maybe_applied=True))
    driver.modes[HOME] = Mode.WITHDRAW
    assert driver.state().ours == A
    driver.fail(Unavailable("http_503"))
    driver.restart()
    assert driver.state().ours == A
    assert driver.decide() == wait(Reason.BACK_OFF, 5 * MINUTE)
    driver.wait(5 * MINUTE)
    assert driver.publish() == publish(Reason.WITHDRAWAL, None)
    assert driver.decide() == skip(Reason.NOT_PUBLISHED)


def test_rule_11_other_settings_do_not_hide_what_is_to_be_withdrawn() -> None:
    """Reconfiguring and withdrawing often come together."""
    driver = Driver.with_all_published()
    driver.reset("home")
    driver.modes[HOME] = Mode.WITHDRAW
    assert driver.decide() == publish(Reason.WITHDRAWAL, None)


def test_rule_11_a_withdrawn_family_can_be_published_again() -> None:
    """As if it had never been there."""
    driver = Driver.with_all_published()
    driver.modes[HOME] = Mode.WITHDRAW
    driver.publish()
    driver.modes[HOME] = Mode.UPDATE
    assert driver.decide() == publish(Reason.CHANGED)


@pytest.mark.parametrize("error", STOPS, ids=lambda error: error.code)
def test_rule_11_a_withdrawal_obeys_stops_and_waits(error: DdnsError) -> None:
    """It is a call like any other."""
    driver = Driver.with_all_published()
    driver.modes[HOME] = Mode.WITHDRAW
    driver.fail(error)
    assert isinstance(driver.decide(), Stop)
    driver.pause("home")
    assert driver.decide() == skip(Reason.PAUSED)
