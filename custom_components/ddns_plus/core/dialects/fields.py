"""Settings that accounts and hostnames of zones have in common."""

from dataclasses import replace

from ..provider_info import Field, FieldKind

# its characters are checked with the other settings
TOKEN = Field(key="api_token", secret=True, pattern=r".+", called="API token")
PERSONAL_TOKEN = replace(TOKEN, called="personal access token")
ZONE = Field(
    key="zone",
    kind=FieldKind.HOSTNAME,
    identity=True,
    required=False,
    advanced=True,
)

RECORD_ID = Field(key="record_id", kind=FieldKind.INTEGER, is_name=True, minimum=1)


def login(
    password: str, *, user_name: str = "", key: str = "password"
) -> tuple[Field, Field]:
    """Return the fields of a user name and password, with the provider's words for them.

    `key` is that of the password.
    """
    return (
        Field(key="username", called=user_name, identity=True),
        Field(key=key, called=password, secret=True),
    )


def ttl_field(
    minimum: int | None = None,
    maximum: int | None = None,
    numbers: tuple[int, ...] = (),
) -> Field:
    """Return the hostname's TTL in seconds: a range, and single numbers besides."""
    return Field(
        key="ttl",
        kind=FieldKind.INTEGER,
        required=False,
        minimum=minimum,
        maximum=maximum,
        numbers=numbers,
    )
