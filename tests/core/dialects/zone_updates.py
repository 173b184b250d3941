"""Updates of records in zones, and what became of them, in short."""

from ipaddress import ip_address

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.errors import DdnsError
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.provider_info import Result, Setting, Update


def update(
    name: str, address: str | None, previous: str | None = None, **settings: Setting
) -> Update:
    """Return an update; without an address it is the withdrawal of the previous one."""
    return Update(
        hostname=Hostname.parse(name),
        family=Family.of(ip_address(address or previous or "")),
        address=ip_address(address) if address else None,
        previous=ip_address(previous) if previous else None,
        settings=settings,
    )


def told(result: Result) -> tuple[type, str, str | None]:
    """Return what an error says to the engine."""
    assert isinstance(result, DdnsError), result
    return type(result), result.code, getattr(result, "field", None)
