"""The form for hostnames, shared by a new account and by hostnames added later."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv6Interface
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
)

from ..account.hostname import hostname_subentry_data
from ..account.provider import async_ask
from ..const import (
    CONF_ADVANCED,
    CONF_ALLOW_DUPLICATE,
    CONF_CONNECTION,
    CONF_HOSTNAME,
    CONF_HOSTNAMES,
    CONF_IPV6_OF_ROUTER,
    CONF_IPV6_PREFIX_LENGTH,
    CONF_IPV6_SUFFIX,
    CONF_SETTINGS,
    CONF_WITHDRAW,
    LOGGER,
)
from ..core.address import (
    LAN_PREFIX_LENGTH,
    LONGEST_PREFIX,
    SHORTEST_PREFIX,
    Family,
    keep_suffix,
    parse_suffix,
    publishable,
)
from ..core.dialects.zone import ZoneProvider
from ..core.engine.decide import Mode
from ..core.errors import DdnsError
from ..core.hostname import Hostname, HostnameProblem, InvalidHostnameError
from ..core.provider import Provider
from ..core.provider_info import Field, Settings, number_range
from ..entries import connections
from ..texts import provider_help
from .errors import FormError, InvalidFormError
from .fields import (
    allowed_numbers,
    connection_fields,
    hostnames_selector,
    own_words,
    schema_of,
    secrets_in,
    settings_from,
    suggested,
)
from .hostname_conflicts import IN_OTHER_ACCOUNT, OtherHostnames

CONF_TTL = "ttl"
_EXAMPLE = Hostname("example.com")
_MOST_EXAMPLES = 3
_MOST_ZONES = 10
_PREFIX_LENGTH = NumberSelector(
    NumberSelectorConfig(
        min=SHORTEST_PREFIX, max=LONGEST_PREFIX, step=1, mode=NumberSelectorMode.BOX
    )
)


async def async_offered(provider: Provider) -> tuple[Hostname, ...]:
    """Return the hostnames or zones of an account; a form works without them, too."""
    offered = await async_ask(provider.hostnames())
    if isinstance(offered, DdnsError):
        LOGGER.debug("%s does not list its hostnames: %s", provider.info.name, offered)
        return ()
    return tuple(offered or ())


@dataclass(frozen=True, slots=True, kw_only=True)
class HostnameForm:
    """The form for hostnames of an account.

    `offered` is what the account told of itself when it was `connected`, `entry` the
    account when it exists, `subentry` the hostname that is changed.
    """

    hass: HomeAssistant
    provider: type[Provider]
    connected: Provider | None = None
    offered: Sequence[Hostname] = ()
    entry: ConfigEntry[Any] | None = None
    subentry: ConfigSubentry | None = None

    def schema(
        self, user_input: Mapping[str, Any] | None, error: FormError | None
    ) -> vol.Schema:
        """Return the form; asks about a duplicate only when there is one."""
        options = () if self._zones else self.offered
        plain: dict[vol.Marker, Any] = {
            vol.Required(self._key): hostnames_selector(
                options, multiple=self._multiple
            ),
        }
        duplicate = error is not None and error.key == IN_OTHER_ACCOUNT
        if duplicate or CONF_ALLOW_DUPLICATE in (user_input or {}):
            plain[vol.Optional(CONF_ALLOW_DUPLICATE, default=False)] = BooleanSelector()
        for family in self._families:
            plain[vol.Required(family.value, default=True)] = BooleanSelector()
        advanced: dict[vol.Marker, Any] = connection_fields(self.hass)
        if Family.IPV6 in self._families:
            advanced[vol.Optional(CONF_IPV6_SUFFIX)] = TextSelector()
            advanced[
                vol.Optional(CONF_IPV6_PREFIX_LENGTH, default=LAN_PREFIX_LENGTH)
            ] = _PREFIX_LENGTH
            if self._offers_router:
                advanced[vol.Optional(CONF_IPV6_OF_ROUTER, default=False)] = (
                    BooleanSelector()
                )
        if self.subentry is not None and self.provider.info.withdraws:
            advanced[vol.Optional(CONF_WITHDRAW, default=False)] = BooleanSelector()
        return schema_of(
            self._fields, plain, advanced, keep_secrets=self.subentry is not None
        )

    def values(self, user_input: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return what to show in the form: what was typed, else what is set now."""
        if user_input is not None:
            return dict(user_input)
        if self.subentry is None:
            # one empty line to type into, where lines are typed
            one_line = self._multiple and (self._zones or not self.offered)
            return {CONF_HOSTNAMES: [""]} if one_line else {}
        data = self.subentry.data
        values = suggested(self._fields, data[CONF_SETTINGS])
        advanced = values.setdefault(CONF_ADVANCED, {})
        if CONF_IPV6_SUFFIX in data:
            advanced[CONF_IPV6_SUFFIX] = data[CONF_IPV6_SUFFIX]
        if CONF_IPV6_PREFIX_LENGTH in data:
            advanced[CONF_IPV6_PREFIX_LENGTH] = data[CONF_IPV6_PREFIX_LENGTH]
        advanced[CONF_IPV6_OF_ROUTER] = data.get(CONF_IPV6_OF_ROUTER, False)
        # a connection may have been removed meanwhile
        if data.get(CONF_CONNECTION) in {
            entry.entry_id for entry in connections(self.hass)
        }:
            advanced[CONF_CONNECTION] = data[CONF_CONNECTION]
        modes = {family: Mode(data[family.value]) for family in Family}
        advanced[CONF_WITHDRAW] = Mode.WITHDRAW in modes.values()
        values[CONF_HOSTNAME] = Hostname(data[CONF_HOSTNAME]).unicode
        for family, mode in modes.items():
            values[family.value] = mode is Mode.UPDATE
        return values

    def placeholders(self, error: FormError | None) -> dict[str, str]:
        """Return what the texts of the form and of its error are filled with."""
        zones = (self._zones or [_EXAMPLE])[:_MOST_EXAMPLES]
        example = ", ".join(f"home.{zone.unicode}" for zone in zones)
        info = self.provider.info
        return {
            "example": example,
            "credentials_help": provider_help(self.hass, info.slug)
            if info.hostname_credential
            else "",
            **own_words(self._fields),
            **allowed_numbers(self._fields),
            **self._allowed_ttl(),
            **(error.placeholders if error else {}),
        }

    def read(self, user_input: Mapping[str, Any]) -> dict[Hostname, dict[str, Any]]:
        """Return the subentry data of each hostname; raises InvalidFormError."""
        advanced = user_input.get(CONF_ADVANCED, {})
        hostnames = self._hostnames(user_input)
        modes = self._modes(user_input, withdraw=advanced.get(CONF_WITHDRAW, False))
        length = int(advanced.get(CONF_IPV6_PREFIX_LENGTH) or LAN_PREFIX_LENGTH)
        suffix = str(advanced.get(CONF_IPV6_SUFFIX) or "").strip()
        if suffix:
            try:
                suffix = _suffix(suffix, length)
            except ValueError as err:
                raise InvalidFormError(CONF_IPV6_SUFFIX, "invalid_ipv6_suffix") from err
        of_router = advanced.get(CONF_IPV6_OF_ROUTER, False)
        if of_router and suffix:
            raise InvalidFormError(CONF_IPV6_OF_ROUTER, "ipv6_of_router_and_suffix")
        old = {} if self.subentry is None else self.subentry.data[CONF_SETTINGS]
        kept = secrets_in(self._fields, old)
        if self.provider.info.secret_is_name and not self._others.had(hostnames[0]):
            kept = {}
        settings = settings_from(self._fields, user_input, kept)
        self._refuse_ttl(hostnames, settings)
        self._refuse_misfits(hostnames, settings)
        allowed = user_input.get(CONF_ALLOW_DUPLICATE, False)
        self._others.refuse(hostnames, modes, settings, allowed=allowed)
        return {
            hostname: hostname_subentry_data(
                hostname,
                modes,
                settings,
                ipv6_suffix=suffix,
                ipv6_prefix_length=length,
                ipv6_of_router=of_router,
                connection_id=advanced.get(CONF_CONNECTION) or self._connection_id,
            )
            for hostname in hostnames
        }

    @property
    def _multiple(self) -> bool:
        """Return whether several hostnames can be given at once."""
        return self.entry is None

    @property
    def _key(self) -> str:
        return CONF_HOSTNAMES if self._multiple else CONF_HOSTNAME

    @property
    def _others(self) -> OtherHostnames:
        return OtherHostnames(
            hass=self.hass,
            info=self.provider.info,
            key=self._key,
            entry=self.entry,
            subentry=self.subentry,
        )

    @property
    def _offers_router(self) -> bool:
        """Return whether a router tells its own IPv6 address: few do."""
        of_router = self.subentry and self.subentry.data.get(CONF_IPV6_OF_ROUTER)
        return bool(of_router) or any(
            entry.state is ConfigEntryState.LOADED and entry.runtime_data.router.address
            for entry in connections(self.hass)
        )

    @property
    def _families(self) -> list[Family]:
        return [family for family in Family if family in self.provider.info.families]

    @property
    def _fields(self) -> tuple[Field, ...]:
        """Return the provider's fields; what need not be filled in is folded away."""
        return tuple(
            replace(field, advanced=field.advanced or not field.required)
            for field in self.provider.info.hostname_fields
        )

    @property
    def _connection_id(self) -> str | None:
        """Return what is followed unless a person chooses; None while there is no choice."""
        present = [entry.entry_id for entry in connections(self.hass)]
        if len(present) < 2:
            return None
        bound = self.subentry.data.get(CONF_CONNECTION) if self.subentry else None
        return bound if bound in present else present[0]

    @property
    def _zones(self) -> Sequence[Hostname]:
        """Return the zones of the account: hostnames are in them, seldom they themselves."""
        return self.offered if issubclass(self.provider, ZoneProvider) else ()

    def _modes(
        self, user_input: Mapping[str, Any], *, withdraw: bool
    ) -> dict[Family, Mode]:
        """Return what is wanted of each family."""
        off = Mode.WITHDRAW if withdraw else Mode.OFF
        modes = dict.fromkeys(Family, Mode.OFF)
        for family in self._families:
            modes[family] = Mode.UPDATE if user_input[family.value] else off
        if Mode.UPDATE not in modes.values() and not withdraw:
            raise InvalidFormError("base", "no_family")
        return modes

    def _hostnames(self, user_input: Mapping[str, Any]) -> list[Hostname]:
        """Return the hostnames, each once; lines that are empty do no harm."""
        typed = user_input[self._key]
        texts = [text for text in typed if text.strip()] if self._multiple else [typed]
        if not texts:
            raise InvalidFormError(self._key, HostnameProblem.EMPTY.value)
        return list(dict.fromkeys(self._hostname(text) for text in texts))

    def _hostname(self, text: str) -> Hostname:
        """Return a hostname that the account can have."""
        try:
            hostname = Hostname.parse(text)
        except InvalidHostnameError as err:
            raise InvalidFormError(self._key, err.problem.value, value=text) from err
        if (problem := self.provider.check_hostname(hostname)) is not None:
            raise InvalidFormError(self._key, problem, value=text)
        if self._zones and hostname.zone(self._zones) is None:
            zones = [zone.unicode for zone in self._zones]
            if len(zones) > _MOST_ZONES:
                zones = [*zones[:_MOST_ZONES], "…"]
            raise InvalidFormError(
                self._key, "hostname_not_in_zones", value=text, zones=", ".join(zones)
            )
        return hostname

    @property
    def _ttl_ranges(self) -> Mapping[Hostname, tuple[int, int]]:
        """Return the smallest and largest TTL of zones, as far as they are known."""
        return {} if self.connected is None else self.connected.ttl_ranges

    def _refuse_misfits(
        self, hostnames: Iterable[Hostname], settings: Settings
    ) -> None:
        """Refuse a hostname that does not fit its settings, or those of the account."""
        if self.connected is None:
            return
        for hostname in hostnames:
            if (misfit := self.connected.misfit(hostname, settings)) is not None:
                key = self._key if misfit.field == CONF_HOSTNAME else misfit.field
                raise InvalidFormError(key, misfit.code, value=hostname.unicode)

    def _allowed_ttl(self) -> dict[str, str]:
        """Return which TTLs are taken, where each zone says so for itself."""
        ranges = self._ttl_ranges
        if not ranges or set(ranges) != set(self._zones):
            return {}
        smallest, largest = zip(*ranges.values(), strict=True)
        return {"allowed_ttl": number_range(min(smallest), max(largest))}

    def _refuse_ttl(self, hostnames: Iterable[Hostname], settings: Settings) -> None:
        """Refuse a TTL that the zone of a hostname does not take."""
        if (ttl := settings.get(CONF_TTL)) is None:
            return
        for hostname in hostnames:
            if (zone := hostname.zone(self._ttl_ranges)) is None:
                continue
            smallest, largest = self._ttl_ranges[zone]
            if not smallest <= int(ttl) <= largest:
                raise InvalidFormError(
                    CONF_TTL,
                    "ttl_not_allowed_in_zone",
                    value=str(ttl),
                    zone=zone.unicode,
                    allowed=number_range(smallest, largest),
                )


def _suffix(text: str, prefix_length: int) -> str:
    """Return a host suffix as it is stored: of a whole address, only the host's bits.

    Raises ValueError.
    """
    try:
        # of another machine's address as it is shown there, with its length
        address = IPv6Interface(text).ip
    except ValueError:
        parse_suffix(text, prefix_length)
        return text
    if publishable(address):
        address = keep_suffix(address, prefix_length)
    return str(parse_suffix(str(address), prefix_length))
