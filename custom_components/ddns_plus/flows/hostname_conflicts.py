"""What a hostname may not be because of others: the same, one too many, of the same secret."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant

from ..const import CONF_HOSTNAME, CONF_SETTINGS, DOMAIN, SUBENTRY_TYPE_HOSTNAME
from ..core.address import Family
from ..core.engine.decide import Mode
from ..core.hostname import Hostname
from ..core.provider_info import ProviderInfo, Settings
from .errors import InvalidFormError
from .fields import secrets_in

IN_OTHER_ACCOUNT = "hostname_in_other_account"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherHostnames:
    """The hostnames that there are beside those of a form.

    `key` is the form's field for hostnames, `entry` the account when it exists,
    `subentry` the hostname that is changed.
    """

    hass: HomeAssistant
    info: ProviderInfo
    key: str
    entry: ConfigEntry[Any] | None
    subentry: ConfigSubentry | None

    def refuse(
        self,
        hostnames: Sequence[Hostname],
        modes: Mapping[Family, Mode],
        settings: Settings,
        *,
        allowed: bool,
    ) -> None:
        """Refuse what others stand in the way of. Raises InvalidFormError.

        `allowed` is whether another account may update the same hostname.
        """
        self._refuse_more_than_one(hostnames)
        self._refuse_duplicates(hostnames, modes, allowed=allowed)
        self._refuse_same_secret(hostnames, settings)

    def had(self, hostname: Hostname) -> bool:
        """Return whether the changed hostname keeps its name."""
        return (
            self.subentry is not None
            and self.subentry.data[CONF_HOSTNAME] == hostname.fqdn
        )

    def _here(self) -> Iterable[ConfigSubentry]:
        """Return the other hostnames of the account."""
        if self.entry is None:
            return ()
        here = self.entry.get_subentries_of_type(SUBENTRY_TYPE_HOSTNAME)
        return [subentry for subentry in here if not self._is_changed(subentry)]

    def _refuse_more_than_one(self, hostnames: Sequence[Hostname]) -> None:
        """Refuse another hostname where an account is for one."""
        if self.info.one_hostname and len(hostnames) + len(list(self._here())) > 1:
            raise InvalidFormError(self.key, "one_hostname_per_account")

    def _refuse_duplicates(
        self,
        hostnames: Iterable[Hostname],
        modes: Mapping[Family, Mode],
        *,
        allowed: bool,
    ) -> None:
        """Refuse a hostname that is updated already, here or by another account."""
        new = {hostname.fqdn: hostname for hostname in hostnames}
        for entry in self.hass.config_entries.async_entries(
            DOMAIN, include_disabled=False
        ):
            here = self.entry is not None and entry.entry_id == self.entry.entry_id
            for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_HOSTNAME):
                hostname = new.get(subentry.data[CONF_HOSTNAME])
                if hostname is None or self._is_changed(subentry):
                    continue
                name = hostname.unicode
                if here:
                    raise InvalidFormError(
                        self.key, "hostname_already_here", value=name
                    )
                if allowed or self.had(hostname):
                    continue
                if any(
                    mode is Mode.UPDATE and subentry.data[family.value] == mode
                    for family, mode in modes.items()
                ):
                    raise InvalidFormError(
                        self.key,
                        IN_OTHER_ACCOUNT,
                        value=name,
                        other_account=entry.title,
                    )

    def _refuse_same_secret(
        self, hostnames: Sequence[Hostname], settings: Settings
    ) -> None:
        """Refuse a secret that another hostname has, where it stands for the name.

        The provider would update that other record, and say that all is well.
        """
        if not self.info.secret_is_name:
            return
        if len(hostnames) > 1:
            raise InvalidFormError(self.key, "secret_of_each_hostname")
        secrets = secrets_in(self.info.hostname_fields, settings)
        for subentry in self._here():
            theirs = secrets_in(self.info.hostname_fields, subentry.data[CONF_SETTINGS])
            for key, secret in secrets.items():
                if secret in theirs.values():
                    name = Hostname(subentry.data[CONF_HOSTNAME]).unicode
                    raise InvalidFormError(key, "secret_of_other_hostname", value=name)

    def _is_changed(self, subentry: ConfigSubentry) -> bool:
        """Return whether a subentry is the one that the form changes."""
        return (
            self.subentry is not None
            and subentry.subentry_id == self.subentry.subentry_id
        )
