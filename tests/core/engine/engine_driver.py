"""One account in the hands of the engine, driven as its coordinator drives it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
import json
from typing import Self

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.engine.clock import clock_corrected
from custom_components.ddns_plus.core.engine.decide import (
    Decision,
    DecisionInput,
    Force,
    Mode,
    Publish,
    Reason,
    Skip,
    Wait,
    began,
    decide,
    failed,
    failed_account,
    succeeded,
)
from custom_components.ddns_plus.core.engine.round import RecordKey
from custom_components.ddns_plus.core.engine.state import AccountState, FamilyState
from custom_components.ddns_plus.core.errors import DdnsError
from custom_components.ddns_plus.core.observation import Observation, Unknown
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.provider_info import Limits

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
START = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOME: RecordKey = ("home", Family.IPV4)
HOME_IPV6: RecordKey = ("home", Family.IPV6)
OFFICE: RecordKey = ("office", Family.IPV4)
IPV4 = tuple(ip_address(f"81.2.69.{host}") for host in (142, 143, 144, 145))
IPV6 = tuple(ip_address(f"2a02:8108::{host}") for host in (1, 2, 3, 4))
ADDRESSES: Mapping[Family, tuple[Address, ...]] = {
    Family.IPV4: IPV4,
    Family.IPV6: IPV6,
}


def skip(reason: Reason, until: datetime | None = None) -> Skip:
    """Return the decision to do nothing."""
    return Skip(reason=reason, until=until)


def wait(reason: Reason, duration: timedelta) -> Wait:
    """Return the decision to wait, reckoned from the start."""
    return Wait(reason=reason, until=START + duration)


def publish(reason: Reason, address: Address | None = IPV4[0]) -> Publish:
    """Return the decision to publish."""
    return Publish(reason=reason, address=address)


class Driver:
    """An account of two hostnames, what is known of their addresses, and the clock."""

    def __init__(self, limits: Limits = Limits()) -> None:
        """Start with nothing published, and the first address of each family known."""
        self.limits = limits
        self.now = START
        self.account = AccountState()
        self.keys = [(name, family) for name in ("home", "office") for family in Family]
        self.modes = dict.fromkeys(self.keys, Mode.UPDATE)
        self.observations = {
            family: Observation(family=family, address=ADDRESSES[family][0])
            for family in Family
        }
        self.drifted: set[RecordKey] = set()

    @classmethod
    def with_all_published(cls) -> Self:
        """Start with everything published."""
        driver = cls()
        for key in driver.keys:
            driver.publish(key)
        return driver

    def state(self, key: RecordKey = HOME) -> FamilyState:
        """Return the state of a record."""
        return self.account.hostname(key[0])[key[1]]

    def change(self, key: RecordKey, state: FamilyState) -> None:
        """Put another state of a record in place."""
        hostname = self.account.hostname(key[0]).with_family(key[1], state)
        self.account = self.account.with_hostname(key[0], hostname)

    def pause(self, name: str, paused: bool = True) -> None:
        """Switch automatic updates of a hostname off or on."""
        hostname = replace(self.account.hostname(name), paused=paused)
        self.account = self.account.with_hostname(name, hostname)

    def reset(self, name: str) -> None:
        """Change the settings of a hostname."""
        hostname = self.account.hostname(name).reset()
        self.account = self.account.with_hostname(name, hostname)

    def see(self, address: Address | Unknown, family: Family = Family.IPV4) -> None:
        """Learn an address, or that it is not known."""
        if isinstance(address, Unknown):
            observation = Observation(family=family, unknown=address)
        else:
            observation = Observation(family=family, address=address)
        self.observations[family] = observation

    def wait(self, duration: timedelta) -> None:
        """Let time pass, or set the clock back, and do what each round begins with."""
        self.now += duration
        self.account = clock_corrected(self.account, self.now)

    def restart(self) -> None:
        """Lose everything but what is stored."""
        stored = json.dumps(self.account.as_json())
        self.account = AccountState.from_json(json.loads(stored))

    def decide(self, key: RecordKey = HOME, force: Force = Force.NONE) -> Decision:
        """Decide on a record."""
        return decide(
            DecisionInput(
                mode=self.modes[key],
                observation=self.observations[key[1]],
                account=self.account,
                hostname=self.account.hostname(key[0]),
                limits=self.limits,
                now=self.now,
                force=force,
                drifted=key in self.drifted,
            )
        )

    def begin(self, key: RecordKey = HOME, force: Force = Force.NONE) -> Publish:
        """Begin the update that is due."""
        decision = self.decide(key, force)
        assert isinstance(decision, Publish), decision
        self.change(key, began(self.state(key), decision, self.now))
        return decision

    def publish(self, key: RecordKey = HOME, force: Force = Force.NONE) -> Publish:
        """Carry out the update that is due."""
        decision = self.begin(key, force)
        self.confirm(key, decision.address)
        return decision

    def confirm(
        self,
        key: RecordKey,
        address: Address | None,
        outcome: Outcome = Outcome.UPDATED,
    ) -> None:
        """Take the provider's answer that all is well."""
        self.change(key, succeeded(self.state(key), address, outcome, self.now))

    def fail(
        self,
        error: DdnsError,
        key: RecordKey = HOME,
        force: Force = Force.NONE,
        jitter: float = 0,
    ) -> None:
        """Carry out the update that is due, and meet an error."""
        self.begin(key, force)
        self.reject(error, key, jitter)

    def reject(self, error: DdnsError, key: RecordKey, jitter: float = 0) -> None:
        """Take an error as the provider's answer."""
        self.change(key, failed(self.state(key), error, self.now, self.limits, jitter))
        if error.account_wide:
            self.account = failed_account(self.account, error, self.now, self.limits)
