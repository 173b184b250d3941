"""Tests of what the router and the outside tell about a connection."""

import pytest

from custom_components.ddns_plus.core.address import Address, Family, Refusal
from custom_components.ddns_plus.core.detection.judge.nat import (
    NatSituation,
    judge,
    told,
)
from custom_components.ddns_plus.core.detection.judge.quorum import (
    Requirements,
    Vote,
    concluded,
)
from custom_components.ddns_plus.core.detection.judge.round import Round
from custom_components.ddns_plus.core.detection.source import (
    HOST,
    FailureReason,
    SourceFailure,
)
from custom_components.ddns_plus.core.local_endpoint import ANYWHERE
from custom_components.ddns_plus.core.observation import ROUTER
from tests.core.detection.operators import NEW, NEW6, OLD, OLD6, OTHER, WHEN, vote

SEEN = (vote("a", OLD), vote("b", OLD))
# what a way to ask the router came to; None is still being asked
type Answer = Address | SourceFailure | None


def failed(reason: FailureReason) -> SourceFailure:
    """Return a failure."""
    return SourceFailure(reason=reason)


def refused(refusal: Refusal) -> SourceFailure:
    """Return the failure of an address that must not be published."""
    return SourceFailure(reason=FailureReason.NOT_PUBLISHABLE, refusal=refusal)


def a_round(
    *router: Answer,
    outside: tuple[Vote, ...] = SEEN,
    failures: dict[str, SourceFailure] | None = None,
    family: Family = Family.IPV4,
) -> Round:
    """Return a round in which the router was asked in so many ways."""
    asked = {item.source: item.operator for item in outside}
    asked |= {key: HOST if key == "own" else "somebody" for key in failures or {}}
    votes, reasons = list(outside), dict(failures or {})
    for number, answer in enumerate(router):
        key = f"router{number}"
        asked[key] = ROUTER
        if isinstance(answer, SourceFailure):
            reasons[key] = answer
        elif answer is not None:
            votes.append(vote(ROUTER, answer, source=key))
    requirements = Requirements(outside=True)
    finding = concluded(votes, requirements)
    return Round(
        family=family,
        endpoint=ANYWHERE,
        requirements=requirements,
        verdict=finding.verdict,
        address=finding.address,
        votes=tuple(votes),
        asked=asked,
        failures=reasons,
        started=WHEN,
        ended=WHEN,
    )


TIMEOUT = failed(FailureReason.TIMEOUT)
UNSUPPORTED = failed(FailureReason.UNSUPPORTED)
SHARED = refused(Refusal.SHARED)

TELLING: dict[str, tuple[tuple[Answer, ...], NatSituation]] = {
    "no router is asked": ((), NatSituation.NORMAL),
    "the router agrees": ((OLD,), NatSituation.NORMAL),
    "the router differs": ((NEW,), NatSituation.ROUTER_DIFFERS),
    "shared address space, or DS-Lite": ((SHARED,), NatSituation.CARRIER_GRADE_NAT),
    "connected without an address": (
        (refused(Refusal.UNSPECIFIED),),
        NatSituation.NO_PUBLIC_ADDRESS,
    ),
    "a private address": ((refused(Refusal.PRIVATE),), NatSituation.DOUBLE_NAT),
    "an address that means nothing": (
        (refused(Refusal.MULTICAST),),
        NatSituation.NORMAL,
    ),
    "no such service": ((UNSUPPORTED,), NatSituation.NORMAL),
    "no such services": ((UNSUPPORTED, UNSUPPORTED), NatSituation.NORMAL),
    "one way tells, one does not": ((UNSUPPORTED, OLD), NatSituation.NORMAL),
    "one way tells of the NAT": ((UNSUPPORTED, SHARED), NatSituation.CARRIER_GRADE_NAT),
    "one way tells of the NAT, one is silent": (
        (TIMEOUT, SHARED),
        NatSituation.CARRIER_GRADE_NAT,
    ),
    "an address counts more than none": ((SHARED, OLD), NatSituation.NORMAL),
}


@pytest.mark.parametrize(("router", "situation"), TELLING.values(), ids=TELLING.keys())
def test_what_the_router_tells(
    router: tuple[Answer, ...], situation: NatSituation
) -> None:
    """With two operators outside that agree, whatever was found before."""
    found = a_round(*router)
    assert told(found) is situation
    assert {judge(found, before) for before in NatSituation} == {situation}


@pytest.mark.parametrize(
    "router",
    [
        (TIMEOUT,),
        (failed(FailureReason.DISCONNECTED),),
        (failed(FailureReason.UNREACHABLE),),
        (failed(FailureReason.BACKING_OFF),),
        (UNSUPPORTED, TIMEOUT),
        # the round was settled before the router had answered
        (None,),
        (UNSUPPORTED, None),
    ],
    ids=repr,
)
def test_a_router_that_does_not_answer_tells_nothing(
    router: tuple[Answer, ...],
) -> None:
    """What was found before holds."""
    found = a_round(*router)
    assert told(found) is None
    assert all(judge(found, before) is before for before in NatSituation)


@pytest.mark.parametrize("router", [OLD, NEW, SHARED, UNSUPPORTED, None])
def test_nothing_is_told_while_the_internet_is_gone(router: Answer) -> None:
    """There is nothing to compare the router with."""
    found = a_round(router, outside=())
    assert told(found) is None
    assert judge(found, NatSituation.DOUBLE_NAT) is NatSituation.DOUBLE_NAT


def test_one_outside_that_agrees_with_the_router_is_enough() -> None:
    """The others may lie, or be late."""
    late = (vote("a", OTHER), vote("b", NEW))
    assert told(a_round(NEW, outside=late)) is NatSituation.NORMAL
    assert told(a_round(OLD, outside=late)) is NatSituation.ROUTER_DIFFERS


def test_this_machine_is_not_the_router() -> None:
    """Its own address is another matter, in both families."""
    own = (*SEEN, vote(HOST, NEW))
    assert told(a_round(outside=own)) is NatSituation.NORMAL


def test_ipv6_is_translated_where_the_outside_sees_another_address() -> None:
    """Unless somebody sees one of this machine's; no answer tells nothing."""
    v6 = Family.IPV6
    translated = {"a": failed(FailureReason.TRANSLATED)}
    found = a_round(outside=(), failures=translated, family=v6)
    assert told(found) is NatSituation.TRANSLATED
    seen = (vote("b", OLD6),)
    found = a_round(outside=seen, failures=translated, family=v6)
    assert told(found) is NatSituation.NORMAL
    found = a_round(outside=(), failures={"a": TIMEOUT}, family=v6)
    assert told(found) is None
    # what the router has is its own, not this machine's
    found = a_round(NEW6, outside=seen, family=v6)
    assert told(found) is NatSituation.NORMAL


@pytest.mark.parametrize(
    ("refusal", "situation"),
    [
        (Refusal.SHARED, NatSituation.CARRIER_GRADE_NAT),
        # an ordinary machine behind a router
        (Refusal.PRIVATE, NatSituation.NORMAL),
    ],
)
def test_a_machine_that_is_its_own_router(
    refusal: Refusal, situation: NatSituation
) -> None:
    """Its only address is shared, and no router is there to tell it."""
    own = SourceFailure(reason=FailureReason.NO_ADDRESS, refusal=refusal)
    silent = failed(FailureReason.UNSUPPORTED)
    assert told(a_round(silent, failures={"own": own})) is situation
    assert told(a_round(failures={"own": own})) is situation
    # a router that holds the address knows better
    assert told(a_round(OLD, failures={"own": own})) is NatSituation.NORMAL
