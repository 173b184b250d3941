"""What the router and the outside together tell about a connection. Pure."""

from enum import StrEnum

from ...address import Address, Family, Refusal
from ...observation import ROUTER
from ..source import FailureReason
from .quorum import supporters
from .round import Round


class NatSituation(StrEnum):
    """What stands between a connection and the internet, as far as it can be told."""

    CARRIER_GRADE_NAT = "carrier_grade_nat"
    DOUBLE_NAT = "double_nat"
    NO_PUBLIC_ADDRESS = "no_public_address"
    NORMAL = "normal"
    ROUTER_DIFFERS = "router_differs"
    TRANSLATED = "translated"


# What a router says that is behind NAT itself. Shared are the addresses of RFC 6598, and
# DS-Lite's of RFC 6333. Many routers hide any address that is not public (miniupnpd
# does): connected without one, they may be behind either kind of NAT.
_BEHIND = {
    Refusal.SHARED: NatSituation.CARRIER_GRADE_NAT,
    Refusal.UNSPECIFIED: NatSituation.NO_PUBLIC_ADDRESS,
    Refusal.PRIVATE: NatSituation.DOUBLE_NAT,
}
# the router has been asked, and will not say any more
_SILENT = frozenset({FailureReason.UNSUPPORTED})


def judge(found: Round, before: NatSituation) -> NatSituation:
    """Return the situation after a round in which the outside was asked.

    What was found before holds where the round does not tell.
    """
    return told(found) or before


def told(found: Round) -> NatSituation | None:
    """Return the situation that a round tells.

    None where it does not: the internet was not reached, or the router did not answer
    in time.
    """
    outside = [vote for vote in found.votes if vote.outside]
    if found.family is Family.IPV6:
        return _of_ipv6(found, seen=bool(outside))
    if not outside:
        return None
    seen = supporters(outside)
    if (said := _router_address(found)) is not None:
        # one echo that agrees is enough: the others may lie
        return NatSituation.NORMAL if said in seen else NatSituation.ROUTER_DIFFERS
    # None for one that was still being asked when the round ended
    failures = [
        found.failures.get(key)
        for key, operator in found.asked.items()
        if operator == ROUTER
    ]
    for failure in failures:
        if failure and failure.reason is FailureReason.NOT_PUBLISHABLE:
            if failure.refusal:
                return _BEHIND.get(failure.refusal, NatSituation.NORMAL)
    if all(failure and failure.reason in _SILENT for failure in failures):
        return NatSituation.NORMAL
    return None


def _of_ipv6(found: Round, *, seen: bool) -> NatSituation | None:
    """Return the situation of IPv6: is an address of this machine what the outside sees."""
    reasons = {failure.reason for failure in found.failures.values()}
    if seen:
        return NatSituation.NORMAL
    return NatSituation.TRANSLATED if FailureReason.TRANSLATED in reasons else None


def _router_address(found: Round) -> Address | None:
    """Return the public address that the router says it has."""
    said = [vote.address for vote in found.votes if vote.operator == ROUTER]
    return said[-1] if said else None
