"""Hosted zones of Route 53, and the choice of the zone of a hostname."""

from collections.abc import Iterable
from dataclasses import dataclass

from ...dialects.zone import Zone
from ...dialects.zone_refusals import zone_not_found
from ...errors import DdnsError, InvalidField
from ...hostname import Hostname


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedZone(Zone):
    """A zone; `private` is one that only virtual networks see, `size` its record sets."""

    private: bool = False
    size: int = 0


def zone_for(hostname: Hostname, zones: Iterable[HostedZone]) -> HostedZone | DdnsError:
    """Return the zone with the longest suffix that the internet sees, or why there is none.

    Several zones may have the same name, and only one of them be delegated to.
    """
    fitting = [zone for zone in zones if hostname.within(zone.name)]
    public = [zone for zone in fitting if not zone.private]
    name = hostname.zone(zone.name for zone in public)
    same = [zone for zone in public if zone.name == name]
    if len(same) == 1:
        return same[0]
    if same:
        return InvalidField(
            "zone_id",
            reason="several_zones",
            facts={"count": str(len(same)), "zone": str(name)},
        )
    if fitting:
        return private_zone("hostname")
    return zone_not_found()


def private_zone(field: str) -> InvalidField:
    """Return the error of a zone that the internet does not see."""
    return InvalidField(
        field,
        reason="zone_private",
    )
