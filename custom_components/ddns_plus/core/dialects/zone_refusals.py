"""Refusals that are about one zone, not the account."""

from ..errors import InvalidCredentials, InvalidField, Refused
from ..provider_info import Result

# the code of credentials that are known, and lack a right
NOT_PERMITTED = "token_not_permitted"


def of_zone(result: Result) -> Result:
    """Return a right that the credentials lack as a refusal of one zone.

    Such credentials have just been taken: others of the account's zones may be theirs.
    """
    if isinstance(result, InvalidCredentials) and result.code == NOT_PERMITTED:
        return Refused(**result.words).of(result.authority)
    return result


def zone_not_found() -> InvalidField:
    """Return the error of a hostname that no zone holds."""
    return InvalidField("hostname", "zone_not_found", reason="hostname_in_no_zone")
