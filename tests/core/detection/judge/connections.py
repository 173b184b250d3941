"""What a family knows, fed with answers at certain times."""

from datetime import timedelta

from custom_components.ddns_plus.core.address import Address, Family, Refusal
from custom_components.ddns_plus.core.detection.judge.address_state import (
    AddressState,
    Policy,
)
from custom_components.ddns_plus.core.detection.judge.quorum import (
    Requirements,
    Verdict,
    concluded,
)
from custom_components.ddns_plus.core.detection.judge.round import Round
from custom_components.ddns_plus.core.detection.source import (
    FailureReason,
    SourceFailure,
)
from custom_components.ddns_plus.core.local_endpoint import ANYWHERE
from custom_components.ddns_plus.core.observation import ROUTER, Observation
from tests.core.detection.operators import OLD, WHEN, vote

POLICY = Policy(interval=timedelta(minutes=5))
MINUTE = 60.0


def asked_for(
    known: Address | None, *, quorum: int = 2, confirmations: int = 1
) -> Requirements:
    """Return the question of a full round."""
    return Requirements(
        known=known, quorum=quorum, confirmations=confirmations, outside=True
    )


class Connection:
    """A family's knowledge, fed with answers at certain times."""

    def __init__(
        self,
        known: Address | None = OLD,
        *,
        policy: Policy = POLICY,
        jitter: float = 0.0,
        push: bool = False,
    ) -> None:
        """Begin with the address of last time."""
        self.state = AddressState.initial(Family.IPV4, known)
        self.now = 1000.0
        self.push = push
        self._policy = policy
        self._jitter = jitter

    def hint(self, *, recheck: bool = False) -> None:
        """Let something say that the address may have changed."""
        self.state = self.state.hinted(recheck=recheck)

    @property
    def lan_is_enough(self) -> bool:
        """Return whether the house alone would be asked when the time has come."""
        return self.state.lan_is_enough(
            self._policy, push=self.push, now=self.now + self.delay
        )

    @property
    def requirements(self) -> Requirements:
        """Return what the next round would be to settle."""
        return self.state.requirements(self._policy)

    @property
    def delay(self) -> float:
        """Return the seconds until the next round."""
        return self.state.delay.total_seconds()

    @property
    def observation(self) -> Observation:
        """Return what is said of the address."""
        return self.state.observation

    def answer(
        self,
        *addresses: Address,
        router: Address | SourceFailure | None = None,
        failures: tuple[SourceFailure, ...] = (),
        requirements: Requirements | None = None,
        wait: bool = True,
    ) -> None:
        """Let as much time pass as is to be waited, then let operators answer."""
        if wait:
            self.now += self.delay
        found = self._round(
            addresses, router, failures, requirements=requirements or self.requirements
        )
        self.state = self.state.after(
            found, self._policy, now=self.now, jitter=self._jitter, push=self.push
        )

    def confirm_in_house(self, *, hinted: bool = False) -> None:
        """Let time pass, then let the house confirm what is known."""
        self.now += self.delay
        known = self.state.known
        found = self._round((), known, requirements=Requirements(known=known))
        assert found.verdict is Verdict.UNCHANGED
        if hinted:
            self.hint(recheck=True)
        self.state = self.state.confirmed_on_lan(
            found, self._policy, jitter=self._jitter
        )

    def _round(
        self,
        addresses: tuple[Address, ...],
        router: Address | SourceFailure | None,
        failures: tuple[SourceFailure, ...] = (),
        *,
        requirements: Requirements,
    ) -> Round:
        """Return a round in which operators named a, b, c ... answered, and the router."""
        votes = [
            vote(operator, address)
            for operator, address in zip("abcdef", addresses, strict=False)
        ]
        asked = {item.source: item.operator for item in votes}
        failed = {str(number): item for number, item in enumerate(failures)}
        asked |= dict.fromkeys(failed, "somebody")
        if router is not None:
            asked["upnp"] = ROUTER
        if isinstance(router, SourceFailure):
            failed["upnp"] = router
        elif router is not None:
            votes.insert(0, vote(ROUTER, router, source="upnp"))
        finding = concluded(votes, requirements)
        return Round(
            family=Family.IPV4,
            endpoint=ANYWHERE,
            requirements=requirements,
            verdict=finding.verdict,
            address=finding.address,
            votes=tuple(votes),
            asked=asked,
            failures=failed,
            started=WHEN,
            ended=WHEN,
        )

    def become(self, address: Address) -> None:
        """Change the address, believed and confirmed."""
        self.answer(address, address, address)
        self.answer(address, address, address)
        assert self.state.known == address


def failure(
    reason: FailureReason, refusal: Refusal | None = None
) -> tuple[SourceFailure, ...]:
    """Return one source's failure."""
    return (SourceFailure(reason=reason, refusal=refusal),)
