"""Provider as data, and the values exchanged with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Self

from .address import Address, Family
from .errors import DdnsError
from .hostname import Hostname
from .outcome import Outcome

type Setting = str | int | bool
type Settings = Mapping[str, Setting]


# what providers issue: printable ASCII characters without blanks
ISSUED = r"[!-~]+"


class ErrorAbout(str):
    """Key of an error, with the word in the input that it is about."""

    __slots__ = ("word",)

    def __new__(cls, key: str, word: str) -> Self:
        """Make a key of it that knows the word."""
        self = super().__new__(cls, key)
        self.word = word
        return self

    word: str


class FieldKind(StrEnum):
    """Type of a field, for its form and its check."""

    BOOLEAN = "boolean"
    CHOICE = "choice"
    HOST = "host"
    HOSTNAME = "hostname"
    INTEGER = "integer"
    TEXT = "text"
    URL = "url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One setting of an account or of a hostname.

    `key` is shared by all providers that mean the same thing: the label is translated
    by key. `secret` alone decides what is hidden and redacted. `identity` fields make
    up the account's identity. `advanced` fields are folded away. `multiline` fields hold
    several lines. `credential`: False for what is not asked for when credentials are.
    `pattern` is what the whole of an issued secret looks like, as a regular expression.
    `called` is the provider's own word for it, where that may help to find it.
    `is_name`: the provider is told it in place of the hostname, such as a record's id.
    `example` is shown in its help. `numbers` are taken besides those from `minimum` to `maximum`, or are the only ones.
    """

    key: str
    kind: FieldKind = FieldKind.TEXT
    secret: bool = False
    identity: bool = False
    is_name: bool = False
    required: bool = True
    advanced: bool = False
    default: Setting | None = None
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    numbers: tuple[int, ...] = ()
    multiline: bool = False
    credential: bool = True
    pattern: str = ""
    example: str = ""
    called: str = ""

    def allows(self, number: int) -> bool:
        """Return True if a number is allowed."""
        if number in self.numbers:
            return True
        if self.minimum is None and self.maximum is None:
            return not self.numbers
        return (self.minimum is None or self.minimum <= number) and (
            self.maximum is None or number <= self.maximum
        )

    @property
    def allowed(self) -> str:
        """Return the numbers that can be this setting, as shown to users."""
        texts = [str(number) for number in self.numbers]
        if self.minimum is not None or self.maximum is not None:
            texts.append(number_range(self.minimum, self.maximum))
        return ", ".join(texts)


def number_range(minimum: int | None, maximum: int | None) -> str:
    """Return a range as shown to users."""
    first, last = ("" if end is None else str(end) for end in (minimum, maximum))
    return f"{first}–{last}"


def listed(text: str) -> tuple[str, ...]:
    """Return the words of a text, for lists that are long."""
    return tuple(text.split())


class Unsent(StrEnum):
    """What an update does to the address of a family that it does not send."""

    KEPT = "kept"
    DELETED = "deleted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of a provider on its clients.

    `minimum_interval` between two updates of a hostname and family; `keep_alive` the age
    at which an unchanged record must be confirmed before it expires; `batch_size` hostnames
    in one request; `at_once` update URLs called at the same time (1 where a provider
    blocks clients, or asks for a pace); `outage_wait` after the provider said that it is out of order, or
    asked too often, and named no time; `ttl` the smallest and largest TTL in seconds,
    None where it cannot be set. `writes` are pairs: so many requests that change a zone
    in so long a time.
    """

    minimum_interval: timedelta = timedelta()
    keep_alive: timedelta | None = None
    batch_size: int = 1
    at_once: int = 4
    outage_wait: timedelta = timedelta(minutes=30)
    ttl: tuple[int, int] | None = None
    writes: tuple[tuple[int, timedelta], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderInfo:
    """Provider as data, without a call.

    `pairs_families`: where both families of a hostname are managed, both must be sent
    in one request. `unsent`: what becomes of a family that is not managed, as far as
    the provider says. `aliases`: other words that people search for. `domains`: those
    that its hostnames are below, such as ddns.net, the best known first. `name_servers`:
    patterns of the names of its zones' servers, such as *.ns.cloudflare.com.
    `account_name`: what an account is called, where that is shorter than the name.
    `any_server`: it is a protocol, for a server that the user names. `one_hostname`: an
    account is for a single hostname, which its credentials stand for. `secret_is_name`:
    the hostname's own secret stands for its name, which the provider is not sent.
    `parent`: the domain that all hostnames are directly below.
    `tries_in_flow`: only an update tells whether the settings are right, so that a
    person is offered to have one made; it is kept as the `latest_exchange`.
    `address_of_connection`: it takes the address that a request comes from.
    Help for the credentials, and notes, are in the translations.
    """

    slug: str
    name: str
    website: str
    credentials_url: str
    fields: tuple[Field, ...]
    hostname_fields: tuple[Field, ...] = ()
    families: frozenset[Family] = frozenset(Family)
    limits: Limits = field(default_factory=Limits)
    wildcards: bool = False
    pairs_families: bool = False
    unsent: Unsent = Unsent.KEPT
    aliases: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    name_servers: tuple[str, ...] = ()
    account_name: str = ""
    any_server: bool = False
    one_hostname: bool = False
    secret_is_name: bool = False
    parent: str = ""
    tries_in_flow: bool = False
    address_of_connection: bool = False

    @property
    def hostname_credential(self) -> str | None:
        """Return the key of the hostname's own secret, None where the account has one."""
        if any(item.secret for item in self.fields):
            return None
        return next((item.key for item in self.hostname_fields if item.secret), None)

    @property
    def name_keys(self) -> frozenset[str]:
        """Return the keys of what the provider is told in place of the hostname."""
        return frozenset(
            item.key
            for item in self.hostname_fields
            if item.is_name or (item.secret and self.secret_is_name)
        )

    @property
    def console_url(self) -> str | None:
        """Return where an account is managed in a browser, None for a server of any kind."""
        return None if self.any_server else self.website


# compared by identity: two updates with the same content are still two
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Update:
    """One record to publish: a hostname and family, and the address it shall have.

    `address` is None for a withdrawal, which removes `previous` and nothing else.
    `previous` is what we published before, None when that is not known.
    `settings` are the hostname's own (TTL in seconds, proxied, ...). `interface` of this
    machine leads to the hostname's line, None for the system's default.
    """

    hostname: Hostname
    family: Family
    address: Address | None
    previous: Address | None = None
    # a hostname may have a secret of its own
    settings: Settings = field(default_factory=dict, repr=False)
    interface: str | None = None


type Result = Outcome | DdnsError


type Held = Mapping[tuple[Hostname, Family], frozenset[Address]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer as they may be shown: without secrets, and cut short.

    `status` is None when there was no answer.
    """

    method: str
    url: str
    status: int | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Identity of an account: an id without secrets, and a title."""

    unique_id: str
    title: str
