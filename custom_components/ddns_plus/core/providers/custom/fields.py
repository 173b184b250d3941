"""Settings of a custom request, and the values of its placeholders."""

from collections.abc import Mapping
from enum import StrEnum

from ...dialects.update_url import UpdateRequest
from ...hostname import Hostname
from ...provider_info import Field, FieldKind, Settings
from .template import CREDENTIALS

METHODS = ("get", "post", "put", "patch")
# seconds: from hardly remembered at all to a week
TTL = (1, 604_800)


class ContentType(StrEnum):
    """The format of a body."""

    JSON = "json"
    FORM = "form"
    TEXT = "text"


class Authentication(StrEnum):
    """How the user is named to the server, unless by placeholders."""

    NONE = "none"
    BASIC = "basic"
    BEARER = "bearer"


class AddressMode(StrEnum):
    """How many addresses a request has."""

    ONE = "one_per_request"
    BOTH = "both_in_one"


def _choice(key: str, options: type[StrEnum], *, advanced: bool = False) -> Field:
    """Return a field with the first option as its default."""
    choices = tuple(option.value for option in options)
    return Field(
        key=key,
        kind=FieldKind.CHOICE,
        required=False,
        advanced=advanced,
        default=choices[0],
        choices=choices,
        credential=False,
    )


FIELDS = (
    Field(
        key="url",
        kind=FieldKind.URL,
        identity=True,
        example="https://example.com/update?host={hostname}&ip={address}",
    ),
    Field(
        key="method",
        kind=FieldKind.CHOICE,
        required=False,
        default=METHODS[0],
        choices=METHODS,
        credential=False,
    ),
    Field(key="username", identity=True, required=False),
    Field(key="password", secret=True, required=False),
    Field(key="token", secret=True, pattern=r".+", required=False),
    _choice("authentication", Authentication),
    Field(key="headers", secret=True, required=False, multiline=True),
    Field(key="body", secret=True, required=False, multiline=True),
    _choice("content_type", ContentType),
    Field(key="success", required=False, credential=False),
    Field(key="allow_http", kind=FieldKind.BOOLEAN, required=False, default=False),
    Field(key="unchanged", required=False, advanced=True, credential=False),
    Field(key="bad_credentials", required=False, advanced=True, credential=False),
    _choice("address_mode", AddressMode, advanced=True),
)
HOSTNAME_FIELDS = (
    Field(
        key="ttl",
        kind=FieldKind.INTEGER,
        required=False,
        advanced=True,
        minimum=TTL[0],
        maximum=TTL[1],
    ),
    Field(key="zone", kind=FieldKind.HOSTNAME, required=False, advanced=True),
)


def login(settings: Settings) -> tuple[str, str] | None:
    """Return user name and password where the server is to be told them by itself."""
    if settings.get("authentication") != Authentication.BASIC:
        return None
    return str(settings.get("username") or ""), str(settings.get("password") or "")


def values_for(request: UpdateRequest, settings: Settings) -> Mapping[str, str]:
    """Return the values of the placeholders; unknown ones are missing."""
    (hostname,) = request.hostnames
    values = {key: str(settings.get(key) or "") for key in CREDENTIALS}
    values["hostname"] = hostname.fqdn
    for family, address in request.addresses.items():
        values[family.value] = str(address)
        if settings.get("address_mode") != AddressMode.BOTH:
            values |= {
                "address": str(address),
                "family": family.value,
                "record_type": family.record_type,
            }
    if ttl := request.settings.get("ttl"):
        values["ttl"] = str(ttl)
    if zone := request.settings.get("zone"):
        values["zone"] = str(zone)
        values["label"] = hostname.relative_to(Hostname(str(zone))) or "@"
    return values
