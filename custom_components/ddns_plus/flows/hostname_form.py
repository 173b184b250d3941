"""Form for hostnames of a new or an existing account."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from ipaddress import IPv6Interface
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowHandler, FlowResult
from homeassistant.helpers.selector import BooleanSelector, TextSelector

from ..connection.coordinator import async_get_connection
from ..const import (
    CONF_ADVANCED,
    CONF_ALLOW_DUPLICATE,
    CONF_ALLOW_ONE_FAMILY,
    CONF_CONNECTION,
    CONF_HOSTNAME,
    CONF_HOSTNAMES,
    CONF_IPV6_OF_ROUTER,
    CONF_IPV6_PREFIX_LENGTH,
    CONF_IPV6_SUFFIX,
    CONF_SETTINGS,
    CONF_WITHDRAW,
    CONF_ZONE,
)
from ..core.address import (
    LAN_PREFIX_LENGTH,
    LONGEST_PREFIX,
    SHORTEST_PREFIX,
    Family,
    keep_suffix,
    parse_suffix,
    publishable,
    refusal,
)
from ..core.dialects.zone import ZoneProvider
from ..core.engine.decide import Mode
from ..core.hostname import (
    Hostname,
    HostnameProblem,
    InvalidHostnameError,
    hostnames_in,
)
from ..core.provider import Provider
from ..core.provider_info import Field, FieldKind, number_range
from ..entries import DdnsConfigEntry, async_connection_entries
from ..texts import option_text, provider_help
from .errors import FormError, InvalidFormError
from .fields import (
    allowed_numbers,
    connection_fields,
    hostnames_selector,
    number_selector,
    one_hostname,
    own_words,
    schema_of,
    secrets_in,
    settings_from,
    suggested,
    whole_number,
)
from .hostname_draft import HostnameDraft
from .step import show_form

IN_OTHER_ACCOUNT = "hostname_in_other_account"
IN_DISABLED_ACCOUNT = "hostname_in_disabled_account"
DELETES_OTHER = "other_family_deleted"
_ASKED_WITH_DUPLICATE = (IN_OTHER_ACCOUNT, IN_DISABLED_ACCOUNT)
_EXAMPLE = Hostname("example.com")
_MOST_EXAMPLES = 3
PREFIX_LENGTH = Field(
    key=CONF_IPV6_PREFIX_LENGTH,
    kind=FieldKind.INTEGER,
    minimum=SHORTEST_PREFIX,
    maximum=LONGEST_PREFIX,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostnameForm:
    """The form for hostnames of an account.

    `connected` is the provider with the account's settings, `offered` the hostnames or
    zones that it lists. `entry` is the account if it exists, `subentry` the hostname
    that is changed. `known` is what was typed as a hostname in an earlier step.
    """

    hass: HomeAssistant
    provider: type[Provider]
    connected: Provider | None = None
    offered: Sequence[Hostname] = ()
    entry: DdnsConfigEntry | None = None
    subentry: ConfigSubentry | None = None
    known: str = ""

    def show[R: FlowResult[Any, Any]](
        self,
        flow: FlowHandler[Any, R, Any],
        user_input: Mapping[str, Any] | None = None,
        error: FormError | None = None,
    ) -> R:
        """Show the form with the values typed, else with the stored ones."""
        step_id = "hostnames"
        if self.entry is not None:
            step_id = "user" if self.subentry is None else "reconfigure"
        values = self._stored() if user_input is None else user_input
        schema = self.schema(user_input, error)
        return show_form(flow, step_id, schema, values, error, self._placeholders())

    def schema(
        self, user_input: Mapping[str, Any] | None, error: FormError | None
    ) -> vol.Schema:
        """Return the schema; it asks about a duplicate or one family where that matters."""
        selector = hostnames_selector(
            () if self._lists_zones else self.offered,
            multiple=self._multiple,
            parent=self.provider.info.parent,
        )
        plain: dict[vol.Marker, Any] = {vol.Required(self.key): selector}
        duplicate = error is not None and error.key in _ASKED_WITH_DUPLICATE
        if duplicate or CONF_ALLOW_DUPLICATE in (user_input or {}):
            plain[vol.Optional(CONF_ALLOW_DUPLICATE, default=False)] = BooleanSelector()
        one_family = error is not None and error.key == DELETES_OTHER
        if one_family or CONF_ALLOW_ONE_FAMILY in (user_input or {}):
            plain[vol.Optional(CONF_ALLOW_ONE_FAMILY, default=False)] = (
                BooleanSelector()
            )
        for family in self._families:
            plain[vol.Required(family.value, default=True)] = BooleanSelector()
        advanced: dict[vol.Marker, Any] = connection_fields(self.hass)
        if Family.IPV6 in self._families:
            advanced[vol.Optional(CONF_IPV6_SUFFIX)] = TextSelector()
            advanced[
                vol.Optional(CONF_IPV6_PREFIX_LENGTH, default=LAN_PREFIX_LENGTH)
            ] = number_selector()
            if self._offers_router:
                advanced[vol.Optional(CONF_IPV6_OF_ROUTER, default=False)] = (
                    BooleanSelector()
                )
        if self.subentry is not None and self.provider.withdraws:
            advanced[vol.Optional(CONF_WITHDRAW, default=False)] = BooleanSelector()
        return schema_of(
            self._fields, plain, advanced, keep_secrets=self.subentry is not None
        )

    def _stored(self) -> dict[str, Any]:
        """Return the stored values, in the shape of the form."""
        if self.subentry is None:
            # a list of typed lines starts with an empty one
            if self.known:
                name = self._below_parent(self.known)
                return {self.key: [name] if self._multiple else name}
            one_line = self._multiple and (self._lists_zones or not self.offered)
            return {CONF_HOSTNAMES: [""]} if one_line else {}
        data = self.subentry.data
        modes = {family: Mode(data[family.value]) for family in Family}
        values = suggested(self._fields, data[CONF_SETTINGS])
        advanced = values.setdefault(CONF_ADVANCED, {})
        for key in (CONF_IPV6_SUFFIX, CONF_IPV6_PREFIX_LENGTH):
            if key in data:
                advanced[key] = data[key]
        advanced[CONF_IPV6_OF_ROUTER] = data.get(CONF_IPV6_OF_ROUTER, False)
        advanced[CONF_WITHDRAW] = Mode.WITHDRAW in modes.values()
        if self._bound_connection is not None:
            advanced[CONF_CONNECTION] = self._bound_connection
        name = Hostname(data[CONF_HOSTNAME]).unicode
        values[CONF_HOSTNAME] = self._below_parent(name)
        for family, mode in modes.items():
            values[family.value] = mode is Mode.UPDATE
        return values

    def _below_parent(self, name: str) -> str:
        """Return a name without the domain that stands beside the field."""
        parent = self.provider.info.parent
        return name.removesuffix(f".{parent}") if parent else name

    def _placeholders(self) -> dict[str, str]:
        info = self.provider.info
        parents = [Hostname(info.parent)] if info.parent else [_EXAMPLE]
        zones = (self.zones or parents)[:_MOST_EXAMPLES]
        return {
            "provider": info.name,
            "account": self.entry.title if self.entry else "",
            "example": ", ".join(f"home.{zone.unicode}" for zone in zones),
            "credentials_help": provider_help(self.hass, info.slug)
            if info.hostname_credential
            else "",
            "several": option_text(self.hass, "hostnames", "several")
            if self._multiple and not (info.one_hostname or info.name_keys)
            else "",
            "unsent": option_text(self.hass, "unsent", info.unsent),
            **own_words(self._fields),
            **allowed_numbers(self._fields),
            **self._allowed_ttl(),
        }

    def read(self, user_input: Mapping[str, Any]) -> HostnameDraft:
        """Return the draft of a filled-in form. Raises InvalidFormError."""
        advanced = user_input.get(CONF_ADVANCED, {})
        hostnames = self._hostnames(user_input[self.key])
        off = Mode.WITHDRAW if advanced.get(CONF_WITHDRAW) else Mode.OFF
        modes = {
            family: Mode.UPDATE if user_input[family.value] else off
            for family in self._families
        }
        length = advanced.get(CONF_IPV6_PREFIX_LENGTH, LAN_PREFIX_LENGTH)
        length = whole_number(PREFIX_LENGTH, float(length))
        stored = {} if self.subentry is None else self.subentry.data[CONF_SETTINGS]
        if self.provider.info.name_keys and not all(map(self.has_name, hostnames)):
            # another hostname has another secret
            stored = {}
        kept = secrets_in(self._fields, stored)
        return HostnameDraft(
            hostnames=hostnames,
            modes=dict.fromkeys(Family, Mode.OFF) | modes,
            ipv6_suffix=self._suffix(advanced.get(CONF_IPV6_SUFFIX) or "", length),
            ipv6_prefix_length=length,
            ipv6_of_router=advanced.get(CONF_IPV6_OF_ROUTER, False),
            settings=settings_from(self._fields, user_input, kept),
            connection_id=advanced.get(CONF_CONNECTION) or self._default_connection,
            allow_duplicate=user_input.get(CONF_ALLOW_DUPLICATE, False),
            allow_one_family=user_input.get(CONF_ALLOW_ONE_FAMILY, False),
        )

    def has_name(self, hostname: Hostname) -> bool:
        """Return True if the changed hostname has this name already."""
        return (
            self.subentry is not None
            and self.subentry.data[CONF_HOSTNAME] == hostname.fqdn
        )

    def has_new_secret(self, draft: HostnameDraft) -> bool:
        """Return True if the changed hostname has another secret of its own than before."""
        if self.subentry is None or self.connected is None or self.connected.verifies:
            return False
        stored = secrets_in(self._fields, self.subentry.data[CONF_SETTINGS])
        return secrets_in(self._fields, draft.settings) != stored

    @property
    def key(self) -> str:
        """Return the field of the hostnames."""
        return CONF_HOSTNAMES if self._multiple else CONF_HOSTNAME

    @property
    def field_keys(self) -> set[str]:
        """Return the keys of the provider's own fields."""
        return {field.key for field in self._fields}

    @property
    def zones(self) -> Sequence[Hostname]:
        """Return the zones of the account, which contain its hostnames."""
        if self.named_zone is not None:
            return (self.named_zone,)
        return self.offered if self._lists_zones else ()

    @property
    def named_zone(self) -> Hostname | None:
        """Return the zone that the account was made for, None if that is any."""
        name = self.connected.settings.get(CONF_ZONE) if self.connected else None
        return Hostname.parse(str(name)) if name else None

    @property
    def _lists_zones(self) -> bool:
        """Return True if zones are offered, not hostnames."""
        return issubclass(self.provider, ZoneProvider)

    @property
    def ttl_ranges(self) -> Mapping[Hostname, tuple[int, int]]:
        """Return the smallest and largest TTL of zones, as far as known."""
        return {} if self.connected is None else self.connected.ttl_ranges

    @property
    def _multiple(self) -> bool:
        """Return True if the form takes several hostnames."""
        return self.entry is None

    @property
    def _offers_router(self) -> bool:
        """Return True if a router reports its own IPv6 address, which few do."""
        of_router = self.subentry and self.subentry.data.get(CONF_IPV6_OF_ROUTER)
        return bool(of_router) or any(
            connection.router.address
            for entry in async_connection_entries(self.hass)
            if (connection := async_get_connection(self.hass, entry.entry_id))
        )

    @property
    def _families(self) -> list[Family]:
        return [family for family in Family if family in self.provider.info.families]

    @property
    def _fields(self) -> tuple[Field, ...]:
        """Return the provider's fields; optional ones are advanced."""
        return tuple(
            replace(field, advanced=field.advanced or not field.required)
            for field in self.provider.info.hostname_fields
        )

    @property
    def _bound_connection(self) -> str | None:
        """Return the connection chosen for the hostname, None if it was removed."""
        bound = self.subentry.data.get(CONF_CONNECTION) if self.subentry else None
        present = {entry.entry_id for entry in async_connection_entries(self.hass)}
        return bound if bound in present else None

    @property
    def _default_connection(self) -> str | None:
        """Return the connection of a form without a choice, None if only one exists."""
        present = async_connection_entries(self.hass)
        if len(present) < 2:
            return None
        return self._bound_connection or present[0].entry_id

    def _hostnames(self, typed: str | Sequence[str]) -> dict[Hostname, str]:
        """Return the typed hostnames, each once, without empty lines."""
        lines = [typed] if isinstance(typed, str) else filter(str.strip, typed)
        hostnames: dict[Hostname, str] = {}
        for text in lines:
            for hostname in self._hostnames_in(text):
                hostnames.setdefault(hostname, text)
        if not hostnames:
            raise InvalidFormError(self.key, HostnameProblem.EMPTY.value)
        return hostnames

    def _hostnames_in(self, text: str) -> Sequence[Hostname]:
        """Return the hostnames of a line; a name alone stands below the parent, if any."""
        label, parent = text.strip(), self.provider.info.parent
        if parent and label and "." not in label:
            text = f"{label}.{parent}"
        if not self._multiple:
            return [one_hostname(self.key, text)]
        try:
            return hostnames_in(text)
        except InvalidHostnameError as err:
            raise InvalidFormError(self.key, err.problem.value, value=text) from err

    def _allowed_ttl(self) -> dict[str, str]:
        """Return the placeholder of the TTLs allowed, if all zones have a range."""
        ranges = self.ttl_ranges
        if not ranges or set(ranges) != set(self.zones):
            return {}
        smallest, largest = zip(*ranges.values(), strict=True)
        return {"allowed_ttl": number_range(min(smallest), max(largest))}

    def _suffix(self, typed: str, prefix_length: int) -> str:
        """Return a host suffix as stored, of a whole address only the host bits.

        Raises InvalidFormError.
        """
        if not (text := typed.strip()):
            return ""
        address = None
        with suppress(ValueError):
            # e.g. 2001:db8::1/64 pasted from that machine
            address = IPv6Interface(text).ip
        try:
            if address is None:
                parse_suffix(text, prefix_length)
                return text
            if publishable(address):
                address = keep_suffix(address, prefix_length)
            return str(parse_suffix(str(address), prefix_length))
        except ValueError:
            # what begins with zeros is meant as the last part of an address
            is_suffix = address is None or int(address) >> 112 == 0
            why = None if address is None or is_suffix else refusal(address)
        if why is None:
            raise InvalidFormError(CONF_IPV6_SUFFIX, "invalid_ipv6_suffix")
        reason = option_text(self.hass, "refusal", why)
        raise InvalidFormError(
            CONF_IPV6_SUFFIX, "ipv6_suffix_not_public", value=text, refusal=reason
        )
