"""Records beside which a hostname's addresses are not served."""

from ..errors import InvalidField
from ..hostname import Hostname

_ALIASES = frozenset({"ALIAS", "ANAME"})


def cname_in_the_way() -> InvalidField:
    """Return the error of a hostname at which a CNAME record stands."""
    return InvalidField("hostname", reason="cname_in_the_way")


def ns_in_the_way() -> InvalidField:
    """Return the error of a hostname that is delegated to other name servers."""
    return InvalidField("hostname", reason="ns_in_the_way")


def record_in_the_way(
    hostname: Hostname, zone: Hostname, record_type: str
) -> InvalidField | None:
    """Return the error of a record beside which addresses are not served, else None.

    The zone's own NS records are not in the way (RFC 1034, 4.2.1). ALIAS and ANAME make
    addresses themselves.
    """
    if record_type == "NS":
        return None if hostname == zone else ns_in_the_way()
    if record_type in _ALIASES:
        return InvalidField(
            "hostname",
            f"{record_type.lower()}_in_the_way",
            reason="record_makes_addresses",
            facts={"record_type": record_type},
        )
    return None
