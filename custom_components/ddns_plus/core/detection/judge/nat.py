"""NAT situation, from the router's answers and those of public services."""

from enum import StrEnum

from ...address import Address, Family, Refusal
from ...observation import ROUTER
from ..source import HOST, FailureReason
from .quorum import supporters
from .round import Round


class NatSituation(StrEnum):
    """NAT between a connection and the internet."""

    CARRIER_GRADE_NAT = "carrier_grade_nat"
    DOUBLE_NAT = "double_nat"
    NO_PUBLIC_ADDRESS = "no_public_address"
    NORMAL = "normal"
    ROUTER_DIFFERS = "router_differs"
    TRANSLATED = "translated"


# Addresses of a router that is behind NAT itself: shared ones (RFC 6598, and RFC 6333
# of DS-Lite), private ones, and none. Many routers hide an address that is not public
# (miniupnpd does), so none means either kind of NAT.
_BEHIND = {
    Refusal.SHARED: NatSituation.CARRIER_GRADE_NAT,
    Refusal.UNSPECIFIED: NatSituation.NO_PUBLIC_ADDRESS,
    Refusal.PRIVATE: NatSituation.DOUBLE_NAT,
}
# the router does not answer such questions at all
_SILENT = frozenset({FailureReason.UNSUPPORTED})


def judge(found: Round, before: NatSituation) -> NatSituation:
    """Return the situation after a round with public services.

    The previous situation holds if the round determines none.
    """
    return told(found) or before


def told(found: Round) -> NatSituation | None:
    """Return the situation that a round determines.

    None if the internet or the router could not be reached in time.
    """
    outside = [vote for vote in found.votes if vote.outside]
    if found.family is Family.IPV6:
        return _of_ipv6(found, seen=bool(outside))
    if not outside:
        return None
    seen = supporters(outside)
    if (said := _router_address(found)) is not None:
        # one agreeing service is enough: the others may lie
        return NatSituation.NORMAL if said in seen else NatSituation.ROUTER_DIFFERS
    # None for a question that was still open at the end of the round
    failures = [
        found.failures.get(key)
        for key, operator in found.asked.items()
        if operator == ROUTER
    ]
    for failure in failures:
        if failure and failure.reason is FailureReason.NOT_PUBLISHABLE:
            if failure.refusal:
                return _BEHIND.get(failure.refusal, NatSituation.NORMAL)
    if any(
        failure.refusal is Refusal.SHARED
        for key, failure in found.failures.items()
        if found.asked.get(key) == HOST
    ):
        # this machine is the router
        return NatSituation.CARRIER_GRADE_NAT
    if all(failure and failure.reason in _SILENT for failure in failures):
        return NatSituation.NORMAL
    return None


def _of_ipv6(found: Round, *, seen: bool) -> NatSituation | None:
    """Return the situation of IPv6: whether public services see a local address."""
    reasons = {failure.reason for failure in found.failures.values()}
    if seen:
        return NatSituation.NORMAL
    return NatSituation.TRANSLATED if FailureReason.TRANSLATED in reasons else None


def _router_address(found: Round) -> Address | None:
    """Return the router's latest answer."""
    said = [vote.address for vote in found.votes if vote.operator == ROUTER]
    return said[-1] if said else None
