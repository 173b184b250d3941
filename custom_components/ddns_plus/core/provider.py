"""The seam between the engine and a provider, batch first."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
import hashlib
from typing import ClassVar, override

from .address import Family
from .errors import InvalidField, redacting
from .hostname import Hostname
from .net.dns import NameServer
from .net.http import HttpClient
from .provider_info import (
    Exchange,
    Field,
    Held,
    Identity,
    ProviderInfo,
    Result,
    Settings,
    Update,
)


class Provider(ABC):
    """A DNS provider account. Subclasses set `info` and implement `publish`.

    `withdraws` is True if the address of one family can be deleted, `creates` if records
    that do not exist are created. Overrides tell `verifies`, that credentials can be
    checked without writing, and `lists_hostnames`, that an account tells its hostnames.
    """

    withdraws: ClassVar[bool] = False
    creates: ClassVar[bool] = False
    verifies: ClassVar[bool] = False
    lists_hostnames: ClassVar[bool] = False
    # an account's settings may narrow what the class says
    info: ProviderInfo
    # the latest request, of a provider that is tried in the flow
    latest_exchange: Exchange | None = None

    @override
    def __init_subclass__(cls) -> None:
        """Derive what the overrides of a subclass tell."""
        super().__init_subclass__()
        cls.verifies = cls.verify is not Provider.verify
        cls.lists_hostnames = cls.hostnames is not Provider.hostnames

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Keep the account's settings and the way to the network."""
        self.settings = settings
        self.http = http
        http.secrets.learn(self.secrets)

    @classmethod
    def identity(cls, settings: Settings) -> Identity:
        """Return the identity of the account: its identity fields, or a digest of its secret.

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
        """Return the account's texts that must never be shown."""
        return _secrets_in(self.info.fields, self.settings)

    def learn_secrets(self, updates: Iterable[Update]) -> None:
        """Keep the secrets of hostnames out of all that is shown from now on."""
        fields = [item for item in self.info.hostname_fields if item.secret]
        own = (_secrets_in(fields, update.settings) for update in updates if fields)
        self.http.secrets.learn(frozenset().union(*own))

    def redacting(self) -> AbstractContextManager[None]:
        """Return the context in which errors show no secret of the account."""
        return redacting(self.http.secrets.redact_page)

    @classmethod
    def check_settings(cls, settings: Settings) -> Mapping[str, str]:
        """Return what is wrong with an account's settings: field key -> error key.

        For what a form cannot know by itself; makes no request.
        """
        return {}

    @classmethod
    def check_hostname(cls, hostname: Hostname) -> str | None:
        """Return the error key of what makes a hostname unfit here, None if nothing does.

        Makes no request.
        """
        if hostname.wildcard and not cls.info.wildcards:
            return "wildcard_not_supported"
        return None

    def conflict(self, hostname: Hostname, settings: Settings) -> InvalidField | None:
        """Return what does not fit: a hostname, its settings, and those of the account.

        Makes no request.
        """
        return None

    @abstractmethod
    async def publish(self, updates: Sequence[Update]) -> Sequence[Result]:
        """Publish in as few requests as the provider allows; one result per update.

        Never raises for a part: errors are results. Both families of a hostname come
        in one call when the provider wants them together.
        """

    def in_requests(self, updates: Sequence[Update]) -> Sequence[Sequence[Update]]:
        """Return updates by the request that they would go in, as far as that is known.

        Makes no request.
        """
        return [updates]

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
