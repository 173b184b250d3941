"""Config entries of the integration, by kind, hostname and provider."""

from typing import Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import (
    CONF_CONNECTION,
    CONF_HOSTNAME,
    CONF_KIND,
    CONF_PROVIDER,
    DOMAIN,
    SUBENTRY_TYPE_HOSTNAME,
    EntryKind,
)


class EntryCoordinator(Protocol):
    """Coordinator of an entry: of an account, or of a connection."""

    def async_start(self) -> None:
        """Start the work of the entry."""

    async def async_stop(self) -> None:
        """Stop the work of the entry."""


type DdnsConfigEntry = ConfigEntry[EntryCoordinator]


def entry_kind(entry: DdnsConfigEntry) -> EntryKind | None:
    """Return the kind of an entry, None for a discovered router that is ignored."""
    kind = entry.data.get(CONF_KIND)
    return None if kind is None else EntryKind(kind)


@callback
def async_connection_entries(hass: HomeAssistant) -> list[DdnsConfigEntry]:
    """Return the internet connections, the first one first."""
    return [
        entry
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry_kind(entry) is EntryKind.CONNECTION
    ]


@callback
def async_get_hostnames(hass: HomeAssistant, connection_id: str) -> list[str]:
    """Return the hostnames that follow a connection, in order."""
    followed: set[str | None] = {connection_id}
    if connection_id == async_connection_entries(hass)[0].entry_id:
        followed.add(None)
    return sorted(
        {
            subentry.data[CONF_HOSTNAME]
            for entry in hass.config_entries.async_entries(
                DOMAIN, include_disabled=False
            )
            for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_HOSTNAME)
            if subentry.data.get(CONF_CONNECTION) in followed
        }
    )


@callback
def async_get_providers_in_use(hass: HomeAssistant) -> set[str]:
    """Return the slugs of the providers of all running accounts."""
    return {
        entry.data[CONF_PROVIDER]
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
        if entry_kind(entry) is EntryKind.ACCOUNT
    }


@callback
def async_issues(hass: HomeAssistant, entry: DdnsConfigEntry) -> list[ir.IssueEntry]:
    """Return the repairs of an entry, also those that are ignored."""
    return [
        issue
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.issue_id.startswith(f"{entry.entry_id}_")
    ]


@callback
def async_withdraw_issues(hass: HomeAssistant, entry: DdnsConfigEntry) -> None:
    """Delete the repairs of an entry that stops; keep that a person ignores some."""
    for issue in async_issues(hass, entry):
        if issue.dismissed_version is None:
            ir.async_delete_issue(hass, DOMAIN, issue.issue_id)
