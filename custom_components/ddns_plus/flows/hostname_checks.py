"""Checks of the hostnames typed into a form."""

from collections.abc import Callable, Iterable

from homeassistant.config_entries import ConfigSubentry

from ..connection.coordinator import async_get_connection
from ..const import (
    CONF_CONNECTION,
    CONF_HOSTNAME,
    CONF_IPV6_OF_ROUTER,
    CONF_SETTINGS,
    CONF_ZONE,
    DOMAIN,
    SUBENTRY_TYPE_HOSTNAME,
)
from ..core.engine.decide import Mode
from ..core.hostname import Hostname
from ..core.provider_info import Settings, Unsent, number_range
from ..entries import DdnsConfigEntry
from .errors import InvalidFormError
from .hostname_draft import HostnameDraft
from .hostname_form import (
    DELETES_OTHER,
    IN_DISABLED_ACCOUNT,
    IN_OTHER_ACCOUNT,
    HostnameForm,
)

_TTL = "ttl"
_MOST_ZONES = 10


def check_hostnames(form: HostnameForm, draft: HostnameDraft) -> None:
    """Raise InvalidFormError for the first fault of a draft."""
    for check in _CHECKS:
        check(form, draft)


def check_zone(entry: DdnsConfigEntry, settings: Settings) -> None:
    """Refuse the zone of an account that has hostnames elsewhere."""
    if not (text := settings.get(CONF_ZONE)):
        return
    zone = Hostname.parse(str(text))
    for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_HOSTNAME):
        hostname = Hostname(subentry.data[CONF_HOSTNAME])
        if not hostname.within(zone):
            raise InvalidFormError(
                CONF_ZONE,
                "hostname_not_in_zone",
                value=hostname.unicode,
                zone=zone.unicode,
            )


def _check_provider(form: HostnameForm, draft: HostnameDraft) -> None:
    """Refuse hostnames that the provider cannot have."""
    for hostname, text in draft.hostnames.items():
        if (problem := form.provider.check_hostname(hostname)) is not None:
            raise InvalidFormError(form.key, problem, value=text)


def _check_zones(form: HostnameForm, draft: HostnameDraft) -> None:
    """Refuse hostnames outside the zones of the account."""
    if not form.zones:
        return
    for hostname, text in draft.hostnames.items():
        if hostname.zone(form.zones) is not None:
            continue
        if form.named_zone is not None:
            raise InvalidFormError(
                form.key,
                "hostname_not_in_zone",
                value=text,
                zone=form.named_zone.unicode,
            )
        zones = [zone.unicode for zone in form.zones]
        if len(zones) > _MOST_ZONES:
            zones = [*zones[:_MOST_ZONES], "…"]
        raise InvalidFormError(
            form.key, "hostname_not_in_zones", value=text, zones=", ".join(zones)
        )


def _check_families(_form: HostnameForm, draft: HostnameDraft) -> None:
    """Refuse hostnames without any record to update or remove."""
    if set(draft.modes.values()) == {Mode.OFF}:
        raise InvalidFormError("base", "no_family")


def _check_other_family(form: HostnameForm, draft: HostnameDraft) -> None:
    """Ask before the record of the family that is not managed is deleted."""
    info = form.provider.info
    managed = [family for family in info.families if draft.modes[family] is Mode.UPDATE]
    if info.unsent is not Unsent.DELETED or len(managed) != 1 or draft.allow_one_family:
        return
    if form.subentry is not None and all(
        form.subentry.data[family.value] == mode for family, mode in draft.modes.items()
    ):
        # it was asked when that was chosen
        return
    raise InvalidFormError("base", DELETES_OTHER)


def _check_router(_form: HostnameForm, draft: HostnameDraft) -> None:
    """Refuse a host suffix for the router's own address."""
    if draft.ipv6_of_router and draft.ipv6_suffix:
        raise InvalidFormError(CONF_IPV6_OF_ROUTER, "ipv6_of_router_and_suffix")


def _check_ttl(form: HostnameForm, draft: HostnameDraft) -> None:
    """Refuse a TTL outside the range of a hostname's zone."""
    if (ttl := draft.settings.get(_TTL)) is None:
        return
    for hostname in draft.hostnames:
        if (zone := hostname.zone(form.ttl_ranges)) is None:
            continue
        smallest, largest = form.ttl_ranges[zone]
        if not smallest <= int(ttl) <= largest:
            raise InvalidFormError(
                _TTL,
                "ttl_not_allowed_in_zone",
                value=str(ttl),
                zone=zone.unicode,
                allowed=number_range(smallest, largest),
            )


def _check_settings(form: HostnameForm, draft: HostnameDraft) -> None:
    """Refuse settings that conflict with the hostname or with the account."""
    if form.connected is None:
        return
    for hostname in draft.hostnames:
        if (conflict := form.connected.conflict(hostname, draft.settings)) is not None:
            key = form.key if conflict.field == CONF_HOSTNAME else conflict.field
            raise InvalidFormError(key, conflict.code, value=hostname.unicode)


def _check_line(form: HostnameForm, draft: HostnameDraft) -> None:
    """Refuse a line that the provider's requests cannot leave by.

    A provider that takes their own address would publish that of another line.
    """
    connection = async_get_connection(form.hass, draft.connection_id)
    if (
        not form.provider.info.address_of_connection
        or draft.connection_id is None
        or connection is None
    ):
        return
    options = connection.options
    if options.interface is None and (options.router is not None or options.fixed):
        raise InvalidFormError(
            CONF_CONNECTION, "address_of_connection", connection=connection.name
        )


def _check_number(form: HostnameForm, draft: HostnameDraft) -> None:
    """Refuse a second hostname where the account is for one."""
    if (
        form.provider.info.one_hostname
        and len(draft.hostnames) + len(_siblings(form)) > 1
    ):
        raise InvalidFormError(form.key, "one_hostname_per_account")


def _check_duplicates(form: HostnameForm, draft: HostnameDraft) -> None:
    """Refuse hostnames that this account has, or that another one updates.

    A disabled account counts: when it is enabled there is no form to ask in.
    """
    entries = form.hass.config_entries.async_entries(DOMAIN)
    for entry in sorted(entries, key=lambda item: item.disabled_by is not None):
        here = form.entry is not None and entry.entry_id == form.entry.entry_id
        subentries = (
            _siblings(form)
            if here
            else entry.get_subentries_of_type(SUBENTRY_TYPE_HOSTNAME)
        )
        for subentry in subentries:
            hostname = Hostname(subentry.data[CONF_HOSTNAME])
            if hostname not in draft.hostnames:
                continue
            name = hostname.unicode
            if here:
                raise InvalidFormError(form.key, "hostname_already_here", value=name)
            if draft.allow_duplicate or form.has_name(hostname):
                continue
            if any(
                mode is Mode.UPDATE and subentry.data[family.value] == mode
                for family, mode in draft.modes.items()
            ):
                raise InvalidFormError(
                    form.key,
                    IN_DISABLED_ACCOUNT if entry.disabled_by else IN_OTHER_ACCOUNT,
                    value=name,
                    other_account=entry.title,
                )


def _check_secret(form: HostnameForm, draft: HostnameDraft) -> None:
    """Refuse the secret or id of another hostname if it replaces the name.

    The provider would update the other record, and report success.
    """
    keys = form.provider.info.name_keys
    if not keys:
        return
    if len(draft.hostnames) > 1:
        raise InvalidFormError(form.key, "secret_of_each_hostname")
    for subentry in _siblings(form):
        settings = subentry.data[CONF_SETTINGS]
        others = {settings[key] for key in keys & settings.keys()}
        for key in keys & draft.settings.keys():
            if draft.settings[key] in others:
                name = Hostname(subentry.data[CONF_HOSTNAME]).unicode
                raise InvalidFormError(key, "secret_of_other_hostname", value=name)


def _siblings(form: HostnameForm) -> list[ConfigSubentry]:
    """Return the account's hostnames but the changed one."""
    entry, changed = form.entry, form.subentry
    return [
        subentry
        for subentry in (
            entry.get_subentries_of_type(SUBENTRY_TYPE_HOSTNAME) if entry else ()
        )
        if changed is None or subentry.subentry_id != changed.subentry_id
    ]


_CHECKS: Iterable[Callable[[HostnameForm, HostnameDraft], None]] = (
    _check_provider,
    _check_zones,
    _check_families,
    _check_other_family,
    _check_router,
    _check_ttl,
    _check_settings,
    _check_line,
    _check_number,
    _check_duplicates,
    _check_secret,
)
