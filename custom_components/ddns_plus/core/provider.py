"""The seam between the engine and a provider, batch first."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
import hashlib

from .address import Address, Family
from .engine.state import Outcome
from .errors import DdnsError, InvalidField
from .hostname import Hostname
from .net.dns import NameServer
from .net.http import HttpClient

type Setting = str | int | bool
type Settings = Mapping[str, Setting]


class FieldKind(StrEnum):
    """How a field is typed in and checked."""

    BOOLEAN = "boolean"
    CHOICE = "choice"
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
    `called` is the provider's own word for it, where that may help to find it.
    `numbers` are taken besides those from `minimum` to `maximum`, or are the only ones.
    """

    key: str
    kind: FieldKind = FieldKind.TEXT
    secret: bool = False
    identity: bool = False
    required: bool = True
    advanced: bool = False
    default: Setting | None = None
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    numbers: tuple[int, ...] = ()
    multiline: bool = False
    credential: bool = True
    called: str = ""

    def allows(self, number: int) -> bool:
        """Return whether a number can be this setting."""
        if number in self.numbers:
            return True
        if self.minimum is None and self.maximum is None:
            return not self.numbers
        return (self.minimum is None or self.minimum <= number) and (
            self.maximum is None or number <= self.maximum
        )

    @property
    def allowed(self) -> str:
        """Return the numbers that can be this setting, as people write them."""
        texts = [str(number) for number in self.numbers]
        if self.minimum is not None or self.maximum is not None:
            texts.append(number_range(self.minimum, self.maximum))
        return ", ".join(texts)


def number_range(minimum: int | None, maximum: int | None) -> str:
    """Return a range as people write it."""
    first, last = ("" if end is None else str(end) for end in (minimum, maximum))
    return f"{first}–{last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a provider asks of its clients, as data.

    `minimum_interval` between two updates of a hostname and family; `keep_alive` the age
    at which an unchanged record must be confirmed lest it expires; `batch_size` hostnames
    in one request; `outage_wait` after the provider said that it is out of order, or
    asked too often, and named no time; `ttl` the smallest and largest TTL in seconds,
    None where it cannot be set. `writes` are pairs: so many requests that change a zone
    in so long a time.
    """

    minimum_interval: timedelta = timedelta()
    keep_alive: timedelta | None = None
    batch_size: int = 1
    outage_wait: timedelta = timedelta(minutes=30)
    ttl: tuple[int, int] | None = None
    writes: tuple[tuple[int, timedelta], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderInfo:
    """What is known of a provider without asking it.

    `pairs_families`: where both families of a hostname are managed, both must be sent
    in one request. `withdraws`: it can delete the address of one family. `creates`: it
    creates records that do not exist. `verifies`: it can check credentials without
    writing. `lists_hostnames`: it can tell which hostnames an account offers.
    `account_name`: what an account is called, where that is shorter than the name.
    `any_server`: it is a protocol, for a server that the user names. `one_hostname`: an
    account is for a single hostname, which its credentials stand for. `secret_is_name`:
    the hostname's own secret stands for its name, which the provider is not sent.
    `tries_in_flow`: only an update tells whether the settings are right, so that a
    person is offered to have one made; it is kept as the `latest_exchange`.
    `credentials_help` says in English where a person finds the credentials, `notes` what
    else to know before choosing the provider.
    """

    slug: str
    name: str
    website: str
    credentials_url: str
    fields: tuple[Field, ...]
    credentials_help: str = ""
    notes: str = ""
    hostname_fields: tuple[Field, ...] = ()
    families: frozenset[Family] = frozenset(Family)
    limits: Limits = field(default_factory=Limits)
    wildcards: bool = True
    pairs_families: bool = False
    withdraws: bool = False
    creates: bool = False
    verifies: bool = False
    lists_hostnames: bool = False
    account_name: str = ""
    any_server: bool = False
    one_hostname: bool = False
    secret_is_name: bool = False
    tries_in_flow: bool = False

    @property
    def hostname_credential(self) -> str | None:
        """Return the key of the hostname's own secret, None where the account has one."""
        if any(item.secret for item in self.fields):
            return None
        return next((item.key for item in self.hostname_fields if item.secret), None)

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
    `settings` are the hostname's own (TTL in seconds, proxied, ...).
    """

    hostname: Hostname
    family: Family
    address: Address | None
    previous: Address | None = None
    # a hostname may have a secret of its own
    settings: Settings = field(default_factory=dict, repr=False)


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
    """Who an account is: an id that never holds a secret, and a title for people."""

    unique_id: str
    title: str


class Provider(ABC):
    """A DNS provider account. Subclasses set `info` and implement `publish`."""

    # an account's settings may narrow what the class says
    info: ProviderInfo
    # the latest request, of a provider that is tried in the flow
    latest_exchange: Exchange | None = None

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Keep the account's settings and the way to the network."""
        self.settings = settings
        self.http = http
        self._hostname_secrets: frozenset[str] = frozenset()

    @classmethod
    def identity(cls, settings: Settings) -> Identity:
        """Return who the account is: its identity fields, or a digest of its secret.

        The digest is SHA-256 over provider and secrets, cut to 64 bits.
        """
        title = cls.info.account_name or cls.info.name
        if names := cls._identity_names(settings):
            return Identity(
                unique_id=":".join((cls.info.slug, *names.values())),
                title=f"{title} ({', '.join(map(_short, names.values()))})",
            )
        secrets = [
            str(settings.get(item.key, "")) for item in cls.info.fields if item.secret
        ]
        digest = hashlib.sha256("\0".join((cls.info.slug, *secrets)).encode())
        return Identity(
            unique_id=f"{cls.info.slug}:{digest.hexdigest()[:16]}",
            title=title,
        )

    @classmethod
    def same_account(cls, settings: Settings, other: Settings) -> bool:
        """Return whether other settings mean the same account; secrets may differ."""
        return cls._identity_names(settings) == cls._identity_names(other)

    @classmethod
    def _identity_names(cls, settings: Settings) -> Mapping[str, str]:
        """Return what tells the account from others.

        Case does not, nor do outer blanks, nor the dot at the end of a name.
        """
        return {
            item.key: str(settings[item.key]).strip().rstrip(".").lower()
            for item in cls.info.fields
            if item.identity and settings.get(item.key)
        }

    @property
    def secrets(self) -> frozenset[str]:
        """Return the texts that must never be shown: the account's, and of hostnames."""
        return _secrets_in(self.info.fields, self.settings) | self._hostname_secrets

    def hold_secrets(self, updates: Iterable[Update]) -> None:
        """Count the secrets that hostnames have of their own among the provider's.

        They stay so: what was sent once may come back in any later answer.
        """
        for update in updates:
            self._hostname_secrets |= _secrets_in(
                self.info.hostname_fields, update.settings
            )

    @classmethod
    def check_settings(cls, settings: Settings) -> Mapping[str, str]:
        """Return what is wrong with an account's settings: field key -> error key.

        For what a form cannot know by itself; asks nobody.
        """
        return {}

    @classmethod
    def check_hostname(cls, hostname: Hostname) -> str | None:
        """Return the error key of what makes a hostname unfit here, None if nothing does.

        Asks nobody.
        """
        if hostname.wildcard and not cls.info.wildcards:
            return "wildcard_not_supported"
        return None

    def misfit(self, hostname: Hostname, settings: Settings) -> InvalidField | None:
        """Return what does not fit: a hostname, its settings, and those of the account.

        Asks nobody.
        """
        return None

    @abstractmethod
    async def publish(self, updates: Sequence[Update]) -> Sequence[Result]:
        """Publish in as few requests as the provider allows; one result per update.

        Never raises for a part: errors are results. Both families of a hostname come
        in one call when the provider wants them together.
        """

    async def verify(self) -> None:  # noqa: B027 - there may be nothing to check
        """Check the credentials without writing; does nothing where that is impossible.

        Raises DdnsError.
        """

    async def hostnames(self) -> Sequence[Hostname] | None:
        """Return the hostnames or zones that the account offers, None if it cannot tell.

        Raises DdnsError.
        """
        return None

    @property
    def ttl_ranges(self) -> Mapping[Hostname, tuple[int, int]]:
        """Return the zones that `hostnames` found to have a smallest and largest TTL."""
        return {}

    async def read(self, records: Sequence[tuple[Hostname, Family]]) -> Held | None:
        """Return the addresses that the provider holds, None if it cannot tell.

        Raises DdnsError.
        """
        return None

    def name_servers(self, hostname: Hostname) -> Sequence[NameServer] | None:
        """Return the authoritative name servers if the account names them itself."""
        return None

    def resolvable(self, settings: Settings) -> bool | None:
        """Return whether DNS shows the very address that was published.

        None where that depends on what only the provider knows: then DNS can prove
        that a record is right, but not that it is wrong.
        """
        return True


def _secrets_in(fields: Iterable[Field], settings: Settings) -> frozenset[str]:
    """Return the values of the secret fields that are filled in."""
    return frozenset(
        str(value)
        for item in fields
        if item.secret and (value := settings.get(item.key))
    )


def _short(name: str) -> str:
    """Return what people recognize a name by: of a URL, the host and port."""
    _, scheme, rest = name.partition("://")
    return rest.partition("/")[0] if scheme else name
