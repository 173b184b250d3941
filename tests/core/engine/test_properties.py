"""Whatever happens in whatever order, the rules of the engine hold."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import override

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from custom_components.ddns_plus.core.address import Address, Family, publishable
from custom_components.ddns_plus.core.engine.clock import clock_corrected
from custom_components.ddns_plus.core.engine.decide import (
    Decision,
    Force,
    Mode,
    Publish,
    Reason,
    Skip,
    Stop,
    Wait,
    read_back,
)
from custom_components.ddns_plus.core.engine.round import begin, digest
from custom_components.ddns_plus.core.errors import (
    Authority,
    DdnsError,
    InvalidCredentials,
    InvalidField,
    RateLimited,
    Refused,
    Unavailable,
    UnexpectedResponse,
)
from custom_components.ddns_plus.core.observation import Observation, Unknown
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Limits, Result

from .engine_driver import ADDRESSES, DAY, HOUR, MINUTE, SECOND, Driver, RecordKey

LONGEST_WAIT = 7 * DAY
FOREIGN: dict[Family, Address] = {
    Family.IPV4: ip_address("81.2.69.200"),
    Family.IPV6: ip_address("2a02:8108::200"),
}
PRIVATE: dict[Family, Address] = {
    Family.IPV4: ip_address("192.168.1.1"),
    Family.IPV6: ip_address("fd00::1"),
}

names = st.sampled_from(["home", "office"])
families = st.sampled_from(Family)
keys = st.tuples(names, families)
durations = st.sampled_from([SECOND, MINUTE, 10 * MINUTE, HOUR, DAY, 3 * DAY, 30 * DAY])
waits = st.sampled_from([None, timedelta(seconds=5), 30 * MINUTE, 2 * DAY])
errors = st.one_of(
    st.builds(InvalidCredentials, st.just("badauth")),
    st.builds(InvalidField, st.just("hostname"), st.just("nohost")),
    st.builds(Refused, st.just("abuse"), account_wide=st.booleans(), retry_after=waits),
    st.builds(
        RateLimited, st.just("http_429"), account_wide=st.booleans(), retry_after=waits
    ),
    st.builds(
        Unavailable,
        st.just("timeout"),
        account_wide=st.booleans(),
        maybe_applied=st.booleans(),
        retry_after=waits,
    ),
    st.builds(UnexpectedResponse, st.just("html"), maybe_applied=st.booleans()),
)
refusals = st.builds(DdnsError.of, errors, st.sampled_from(Authority))
# half of the calls go well: a world full of stops has nothing left to try
fate = st.booleans().flatmap(
    lambda well: st.just(Outcome.UPDATED) if well else refusals
)
# no answer at all: the process was killed while the provider was called
KILLED = DdnsError("killed", maybe_applied=True)


class Engine(RuleBasedStateMachine):
    """An account in a rough world, and a model of what the rules allow."""

    @initialize(
        limits=st.builds(
            Limits,
            minimum_interval=st.sampled_from([timedelta(), 10 * MINUTE]),
            keep_alive=st.sampled_from([None, 3 * DAY]),
        ),
        readable=st.booleans(),
    )
    def start(self, limits: Limits, readable: bool) -> None:
        """Start with a record of somebody else's at every name."""
        self.driver = Driver(limits)
        all_keys = self.driver.keys
        # a provider that can be read back edits records: it withdraws only what it is told
        self.readable = readable
        self.held: dict[RecordKey, Address | None] = {
            key: FOREIGN[key[1]] for key in all_keys
        }
        self.touched: set[RecordKey] = set()
        self.reasons = Counter(all_keys)
        self.calls: Counter[RecordKey] = Counter()
        self.stopped: set[RecordKey] = set()
        self.account_stopped = False
        # how long ago, so that a clock set back is not noticed
        never = self.driver.now - 1000 * DAY
        self.sent = dict.fromkeys(all_keys, never)
        self.confirmed = dict.fromkeys(all_keys, never)
        self.repaired = dict.fromkeys(all_keys, never)
        self.not_before = dict.fromkeys(all_keys, never)
        self.account_not_before = never

    def expect(self, *expected: RecordKey) -> None:
        """Allow one more call for each of these records."""
        self.reasons.update(expected)

    # the world

    @rule(
        family=families,
        seen=st.one_of(
            st.integers(min_value=0, max_value=3),
            st.sampled_from([Unknown.OFFLINE, Unknown.UNDECIDED, "private", "off"]),
        ),
    )
    def address_changes(self, family: Family, seen: int | str) -> None:
        """The connection gets an address, or loses it, or nobody looks any more."""
        before = self.driver.observations[family].address
        if isinstance(seen, int):
            self.driver.see(ADDRESSES[family][seen], family)
        elif isinstance(seen, Unknown):
            self.driver.see(seen, family)
        elif seen == "private":
            self.driver.see(PRIVATE[family], family)
        else:
            self.driver.observations[family] = Observation(family=family)
        if self.driver.observations[family].address != before:
            self.expect(*(key for key in self.driver.keys if key[1] is family))

    @rule(duration=durations)
    def time_passes(self, duration: timedelta) -> None:
        """Time passes, or the clock is set forward: there is no way to tell."""
        self.driver.wait(duration)

    @rule(duration=durations)
    def clock_set_back(self, duration: timedelta) -> None:
        """The clock was ahead; no time has passed."""
        self.driver.wait(-duration)
        for times in (self.sent, self.confirmed, self.repaired, self.not_before):
            for key in times:
                times[key] -= duration
        self.account_not_before -= duration

    @rule()
    def restart(self) -> None:
        """Lose everything but what is stored."""
        self.driver.restart()

    # the user

    @rule(key=keys, mode=st.sampled_from(Mode))
    def mode_changes(self, key: RecordKey, mode: Mode) -> None:
        """The user wants something else of a record."""
        if self.driver.modes[key] is not mode:
            self.driver.modes[key] = mode
            self.expect(key)

    @rule(name=names, paused=st.booleans())
    def switch(self, name: str, paused: bool) -> None:
        """The user switches automatic updates off or on."""
        self.driver.pause(name, paused)

    @rule(name=names)
    def reconfigure(self, name: str) -> None:
        """The user changes the settings of a hostname."""
        self.driver.reset(name)
        self.stopped -= {(name, family) for family in Family}
        self.expect(*((name, family) for family in Family))

    @rule()
    def reauthenticate(self) -> None:
        """The user acts on the account."""
        self.driver.account = self.driver.account.released()
        self.stopped.clear()
        self.account_stopped = False

    @rule(key=keys, drifted=st.booleans())
    def dns_checked(self, key: RecordKey, drifted: bool) -> None:
        """The authoritative servers show something else, or the right thing."""
        (self.driver.drifted.add if drifted else self.driver.drifted.discard)(key)

    # the round

    @rule(data=st.data())
    def round(self, data: st.DataObject) -> None:
        """Do by itself what is due."""
        self.publish(data, Force.NONE, frozenset())

    @rule(
        data=st.data(),
        force=st.sampled_from(Force),
        chosen=st.frozensets(keys, min_size=1),
    )
    def forced_round(
        self, data: st.DataObject, force: Force, chosen: frozenset[RecordKey]
    ) -> None:
        """Do what somebody asked for."""
        self.publish(data, force, chosen)

    def publish(
        self, data: st.DataObject, force: Force, chosen: frozenset[RecordKey]
    ) -> None:
        """Carry out what is due, as the coordinator does."""
        driver = self.driver
        driver.account = clock_corrected(driver.account, driver.now)
        readable = self.readable and data.draw(st.booleans(), label="reading works")
        decisions = {
            key: self.decide(key, force if key in chosen else Force.NONE, readable)
            for key in driver.keys
        }
        sent = {
            key: decision
            for key, decision in decisions.items()
            if isinstance(decision, Publish)
        }
        for key, decision in sent.items():
            self.check(key, decision, force if key in chosen else Force.NONE)
        doubted = {key for key in sent if driver.state(key).attempt is not None}
        if data.draw(st.sampled_from([False, False, False, True]), label="killed"):
            fates: dict[RecordKey, Result] = dict.fromkeys(sent, KILLED)
        else:
            fates = {key: data.draw(fate, label=str(key)) for key in sent}
        # a provider that could not be read is not written to either
        if self.readable and not readable:
            fates |= dict.fromkeys(doubted, Unavailable("cannot_connect"))
        applied = {
            key
            for key, fate in fates.items()
            if isinstance(fate, DdnsError)
            and fate.maybe_applied
            and data.draw(st.booleans(), label="applied")
        }
        self.call(decisions, sent, fates, applied)

    def decide(self, key: RecordKey, force: Force, readable: bool) -> Decision:
        """Decide on a record, after a look at the provider if there is a doubt."""
        driver = self.driver
        decision = driver.decide(key, force)
        state = driver.state(key)
        if not isinstance(decision, Publish) or state.attempt is None or not readable:
            return decision
        held = {address for address in (self.held[key],) if address is not None}
        driver.change(key, read_back(state, held, decision.address, driver.now))
        if driver.state(key).confirmed_at == driver.now:
            self.confirmed[key] = driver.now
        return driver.decide(key, force)

    def check(self, key: RecordKey, decision: Publish, force: Force) -> None:
        """Hold a decision to publish against the rules."""
        driver, now = self.driver, self.driver.now
        mode, observation = driver.modes[key], driver.observations[key[1]]
        if mode is Mode.WITHDRAW:
            assert decision.address is None
            assert key in self.touched
        else:
            assert mode is Mode.UPDATE
            assert decision.address is not None
            assert decision.address == observation.address
            assert publishable(decision.address)
        if force is Force.NONE:
            assert not driver.account.hostname(key[0]).paused
        if force is not Force.OVERRIDE_STOP:
            assert key not in self.stopped
            assert not self.account_stopped
        assert now >= self.not_before[key]
        assert now >= self.account_not_before
        assert now >= self.sent[key] + driver.limits.minimum_interval
        if force is not Force.NONE:
            self.expect(key)
        if decision.reason is Reason.CONFIRMATION:
            self.expect(key)
        if key in driver.drifted and now >= self.repaired[key] + DAY:
            self.expect(key)
        if driver.limits.keep_alive and (
            now >= self.confirmed[key] + driver.limits.keep_alive
        ):
            self.expect(key)

    def call(
        self,
        decisions: Mapping[RecordKey, Decision],
        sent: Mapping[RecordKey, Publish],
        fates: Mapping[RecordKey, Result],
        applied: Collection[RecordKey],
    ) -> None:
        """Call the provider, and take what comes of it."""
        driver, now = self.driver, self.driver.now
        previous = {key: driver.state(key).ours for key in sent}
        driver.account = begin(driver.account, decisions, sent, now)
        for key, decision in sent.items():
            self.calls[key] += 1
            assert self.calls[key] <= self.reasons[key]
            self.sent[key] = now
            self.touched.add(key)
            if decision.reason is Reason.DRIFT:
                self.repaired[key] = now
            if isinstance(fates[key], Outcome) or key in applied:
                exact = self.readable and decision.address is None
                if not exact or self.held[key] == previous[key]:
                    self.held[key] = decision.address
        if KILLED in fates.values():
            self.expect(*sent)
            driver.restart()
            return
        driver.account = digest(driver.account, sent, fates, driver.limits, now, 0.5)
        accepted = any(isinstance(fate, Outcome) for fate in fates.values())
        if accepted:
            self.account_stopped = False
        for key, fate in fates.items():
            self.stopped.discard(key)
            if isinstance(fate, DdnsError):
                self.note(key, fate, accepted)
            else:
                self.confirmed[key] = now
                quiet = not isinstance(driver.decide(key), Publish)
                assert quiet or key in driver.drifted

    def note(self, key: RecordKey, error: DdnsError, accepted: bool) -> None:
        """Note what an error forbids; `accepted` where others of the call went well.

        What is not final may be tried again by itself.
        """
        self.expect(key)
        stops = isinstance(error, (InvalidCredentials, InvalidField, Refused))
        wide = error.account_wide and not (stops and accepted)
        stops = stops and error.authority is Authority.FINAL
        wait = error.retry_after
        if wait is None and isinstance(error, RateLimited):
            wait = 30 * MINUTE
        if wait is not None:
            self.not_before[key] = self.driver.now + wait
        if not wide:
            self.stopped |= {key} if stops else set()
            return
        self.account_stopped |= stops
        if wait is not None:
            until = self.driver.now + wait
            self.account_not_before = max(self.account_not_before, until)

    @invariant()
    def restart_changes_no_decision(self) -> None:
        """Everything that a decision depends on is stored."""
        before = [self.driver.decide(key) for key in self.driver.keys]
        self.driver.restart()
        assert [self.driver.decide(key) for key in self.driver.keys] == before

    @invariant()
    def times_lie_ahead_and_not_too_far(self) -> None:
        """A wait ends, also after the clock was set back."""
        for key in self.driver.keys:
            decision = self.driver.decide(key)
            if isinstance(decision, Wait):
                assert self.driver.now < decision.until
                assert decision.until <= self.driver.now + LONGEST_WAIT
            elif isinstance(decision, Skip) and decision.until is not None:
                assert self.driver.now < decision.until

    @override
    def teardown(self) -> None:
        """Let the provider work and the user act: the last address always wins."""
        if not hasattr(self, "driver"):
            return
        driver = self.driver
        driver.drifted.clear()
        for key in driver.keys:
            driver.pause(key[0], paused=False)
            self.come_to_rest(key)
            wanted = driver.observations[key[1]].address
            mode = driver.modes[key]
            if mode is Mode.UPDATE and wanted is not None and publishable(wanted):
                assert self.held[key] == wanted
                assert driver.state(key).published == wanted
            elif mode is Mode.WITHDRAW:
                assert self.held[key] in (FOREIGN[key[1]], None)

    def come_to_rest(self, key: RecordKey) -> None:
        """Do what is due until nothing is, in a world that works."""
        driver = self.driver
        for _ in range(10):
            match driver.decide(key):
                case Skip():
                    return
                case Stop():
                    self.reauthenticate()
                case Wait(until=until):
                    driver.wait(until - driver.now)
                case Publish():
                    decision = self.decide(key, Force.NONE, self.readable)
                    sent = {key: decision} if isinstance(decision, Publish) else {}
                    self.call(sent, sent, dict.fromkeys(sent, Outcome.UPDATED), ())
        raise AssertionError("it never comes to rest")


TestEngine = Engine.TestCase
TestEngine.settings = settings(
    max_examples=200,
    stateful_step_count=50,
    suppress_health_check=[HealthCheck.too_slow],
)
