"""The form for hostnames, shared by a new account and by hostnames added later."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import BooleanSelector, TextSelector

from .const import (
    CONF_ADVANCED,
    CONF_ALLOW_DUPLICATE,
    CONF_CONNECTION,
    CONF_HOSTNAME,
    CONF_HOSTNAMES,
    CONF_IPV6_SUFFIX,
    CONF_SETTINGS,
    CONF_WITHDRAW,
    DOMAIN,
    SUBENTRY_TYPE_HOSTNAME,
)
from .core.address import Family, parse_suffix
from .core.engine import Mode
from .core.hostname import Hostname, InvalidHostnameError
from .core.providers.base import Provider
from .core.providers.zone import ZoneProvider
from .exceptions import FormError, InvalidFormError
from .forms import (
    connection_fields,
    hostnames_selector,
    schema_of,
    settings_from,
    suggested,
)
from .settings import hostname_subentry_data


@dataclass(frozen=True, slots=True, kw_only=True)
class HostnameForm:
    """The form for hostnames of an account.

    `offered` is what the account told of itself, `entry` the account when it exists,
    `subentry` the hostname that is changed.
    """

    hass: HomeAssistant
    provider: type[Provider]
    offered: Sequence[Hostname] = ()
    entry: ConfigEntry[Any] | None = None
    subentry: ConfigSubentry | None = None

    def schema(self, error: FormError | None = None) -> vol.Schema:
        """Return the form; asks about a duplicate only when there is one."""
        multiple = self.entry is None
        key = CONF_HOSTNAMES if multiple else CONF_HOSTNAME
        families = [
            family for family in Family if family in self.provider.info.families
        ]
        plain: dict[vol.Marker, Any] = {
            vol.Required(key): hostnames_selector(self.offered, multiple=multiple),
        }
        if error is not None and error.key == "hostname_in_other_account":
            plain[vol.Optional(CONF_ALLOW_DUPLICATE, default=False)] = BooleanSelector()
        for family in families:
            plain[vol.Required(family.value, default=True)] = BooleanSelector()
        advanced: dict[vol.Marker, Any] = connection_fields(self.hass)
        if Family.IPV6 in families:
            advanced[vol.Optional(CONF_IPV6_SUFFIX)] = TextSelector()
        if self.subentry is not None and self.provider.info.withdraws:
            advanced[vol.Optional(CONF_WITHDRAW, default=False)] = BooleanSelector()
        return schema_of(self.provider.info.hostname_fields, plain, advanced)

    def suggested(self) -> dict[str, Any]:
        """Return what is set now, to begin a change with."""
        if self.subentry is None:
            return {}
        data = self.subentry.data
        values = suggested(self.provider.info.hostname_fields, data[CONF_SETTINGS])
        advanced = values.setdefault(CONF_ADVANCED, {})
        for key in (CONF_IPV6_SUFFIX, CONF_CONNECTION):
            if key in data:
                advanced[key] = data[key]
        modes = {family: Mode(data[family.value]) for family in Family}
        advanced[CONF_WITHDRAW] = Mode.WITHDRAW in modes.values()
        values[CONF_HOSTNAME] = Hostname(data[CONF_HOSTNAME]).unicode
        for family, mode in modes.items():
            values[family.value] = mode is Mode.UPDATE
        return values

    def read(self, user_input: Mapping[str, Any]) -> dict[Hostname, dict[str, Any]]:
        """Return the subentry data of each hostname; raises InvalidFormError."""
        advanced = user_input.get(CONF_ADVANCED, {})
        modes = self._modes(user_input, withdraw=advanced.get(CONF_WITHDRAW, False))
        suffix = str(advanced.get(CONF_IPV6_SUFFIX) or "").strip()
        if suffix:
            try:
                parse_suffix(suffix)
            except ValueError as err:
                raise InvalidFormError("base", "invalid_ipv6_suffix") from err
        settings = settings_from(self.provider.info.hostname_fields, user_input)
        hostnames = self._hostnames(user_input)
        if not user_input.get(CONF_ALLOW_DUPLICATE):
            self._refuse_duplicates(hostnames)
        return {
            hostname: hostname_subentry_data(
                hostname,
                modes,
                settings,
                ipv6_suffix=suffix,
                connection_id=advanced.get(CONF_CONNECTION),
            )
            for hostname in hostnames
        }

    @property
    def _field(self) -> str:
        return CONF_HOSTNAMES if self.entry is None else CONF_HOSTNAME

    def _modes(
        self, user_input: Mapping[str, Any], *, withdraw: bool
    ) -> dict[Family, Mode]:
        """Return what is wanted of each family."""
        off = Mode.WITHDRAW if withdraw else Mode.OFF
        modes = {
            family: Mode.UPDATE if user_input.get(family.value) else off
            for family in Family
        }
        if Mode.UPDATE not in modes.values() and not withdraw:
            raise InvalidFormError("base", "no_family")
        return modes

    def _hostnames(self, user_input: Mapping[str, Any]) -> list[Hostname]:
        """Return the hostnames, each once."""
        typed = user_input[self._field]
        hostnames: dict[Hostname, None] = {}
        for text in typed if isinstance(typed, list) else [typed]:
            try:
                hostname = Hostname.parse(text)
            except InvalidHostnameError as err:
                raise InvalidFormError(
                    self._field, err.problem.value, name=text
                ) from err
            if hostname.wildcard and not self.provider.info.wildcards:
                raise InvalidFormError(self._field, "wildcard_not_supported", name=text)
            if issubclass(self.provider, ZoneProvider) and self.offered:
                if hostname.zone(self.offered) is None:
                    zones = ", ".join(zone.unicode for zone in self.offered)
                    raise InvalidFormError(
                        self._field, "hostname_not_in_zones", name=text, zones=zones
                    )
            hostnames[hostname] = None
        if not hostnames:
            raise InvalidFormError(self._field, "hostnames_required")
        return list(hostnames)

    def _refuse_duplicates(self, hostnames: Iterable[Hostname]) -> None:
        """Refuse a hostname that is managed already, here or in another account."""
        names = {hostname.fqdn for hostname in hostnames}
        for entry in self.hass.config_entries.async_entries(DOMAIN):
            for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_HOSTNAME):
                name = subentry.data[CONF_HOSTNAME]
                if name not in names or subentry is self.subentry:
                    continue
                if self.entry is not None and entry.entry_id == self.entry.entry_id:
                    raise InvalidFormError(
                        self._field, "hostname_already_here", name=name
                    )
                raise InvalidFormError(
                    self._field,
                    "hostname_in_other_account",
                    name=name,
                    account=entry.title,
                )
