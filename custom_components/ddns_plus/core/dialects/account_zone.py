"""Update URLs whose account is for one zone, such as a password for dynamic DNS."""

from typing import override

from ..errors import InvalidField
from ..hostname import Hostname, InvalidHostnameError
from ..provider_info import Field, FieldKind, Settings
from .update_url import UpdateUrlProvider, outside_zone

ACCOUNT_ZONE = Field(key="zone", kind=FieldKind.HOSTNAME, identity=True)


class AccountZoneProvider(UpdateUrlProvider):
    """A service whose account names a zone. Subclasses have `ACCOUNT_ZONE` among their fields."""

    @override
    @classmethod
    def check_settings(cls, settings: Settings) -> dict[str, str]:
        """Return what is wrong: a domain that is none."""
        try:
            zone = Hostname.parse(str(settings.get("zone", "")))
        except InvalidHostnameError as err:
            return {"zone": err.problem.value}
        return {"zone": "zone_is_wildcard"} if zone.wildcard else {}

    @override
    def conflict(self, hostname: Hostname, settings: Settings) -> InvalidField | None:
        """Return that a hostname is not below the account's domain."""
        return None if hostname.within(self.zone) else outside_zone("hostname")

    @property
    def zone(self) -> Hostname:
        """Return the domain that the account is for."""
        return Hostname.parse(str(self.settings["zone"]))
