"""What a family knows, fed with answers at certain times."""

from datetime import timedelta

from custom_components.ddns_plus.core.address import Address, Family, Refusal
from custom_components.ddns_plus.core.detection import (
    ANYWHERE,
    ROUTER,
    FailureReason,
    Knowledge,
    Policy,
    Question,
    Round,
    SourceFailure,
    Verdict,
)
from custom_components.ddns_plus.core.detection.judge.quorum import concluded
from custom_components.ddns_plus.core.observation import Observation
from tests.core.detection.operators import OLD, WHEN, vote

POLICY = Policy(interval=timedelta(minutes=5))
MINUTE = 60.0


def asked_for(
    known: Address | None, *, quorum: int = 2, confirmations: int = 1
) -> Question:
    """Return the question of a full round."""
    return Question(
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
        self.knowledge = Knowledge.initial(Family.IPV4, known)
        self.now = 1000.0
        self.push = push
        self._policy = policy
        self._jitter = jitter

    def hint(self, *, recheck: bool = False) -> None:
        """Let something say that the address may have changed."""
        self.knowledge = self.knowledge.hinted(recheck=recheck)

    @property
    def house_is_enough(self) -> bool:
        """Return whether the house alone would be asked when the time has come."""
        return self.knowledge.house_is_enough(
            self._policy, push=self.push, now=self.now + self.delay
        )

    @property
    def question(self) -> Question:
        """Return what the next round would be to settle."""
        return self.knowledge.question(self._policy)

    @property
    def delay(self) -> float:
        """Return the seconds until the next round."""
        return self.knowledge.delay.total_seconds()

    @property
    def observation(self) -> Observation:
        """Return what is said of the address."""
        return self.knowledge.observation

    def answer(
        self,
        *addresses: Address,
        router: Address | SourceFailure | None = None,
        failures: tuple[SourceFailure, ...] = (),
        question: Question | None = None,
        wait: bool = True,
    ) -> None:
        """Let as much time pass as is to be waited, then let operators answer."""
        if wait:
            self.now += self.delay
        found = self._round(
            addresses, router, failures, question=question or self.question
        )
        self.knowledge = self.knowledge.after(
            found, self._policy, now=self.now, jitter=self._jitter, push=self.push
        )

    def confirm_in_house(self, *, hinted: bool = False) -> None:
        """Let time pass, then let the house confirm what is known."""
        self.now += self.delay
        known = self.knowledge.known
        found = self._round((), known, question=Question(known=known))
        assert found.verdict is Verdict.UNCHANGED
        if hinted:
            self.hint(recheck=True)
        self.knowledge = self.knowledge.confirmed_in_house(
            found, self._policy, jitter=self._jitter
        )

    def _round(
        self,
        addresses: tuple[Address, ...],
        router: Address | SourceFailure | None,
        failures: tuple[SourceFailure, ...] = (),
        *,
        question: Question,
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
        finding = concluded(votes, question)
        return Round(
            family=Family.IPV4,
            origin=ANYWHERE,
            question=question,
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
        assert self.knowledge.known == address


def failure(
    reason: FailureReason, refusal: Refusal | None = None
) -> tuple[SourceFailure, ...]:
    """Return one source's failure."""
    return (SourceFailure(reason=reason, refusal=refusal),)
