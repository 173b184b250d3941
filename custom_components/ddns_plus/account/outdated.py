"""Repair of published records whose address stays unknown."""

from collections.abc import Mapping

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN, LOGGER
from ..core.address import Family
from ..core.engine.records import Targets
from ..core.observation import Unknown
from ..entries import DdnsConfigEntry
from ..texts import unknown_text
from .issues import OUTDATED
from .lasting import MISFITS
from .view import HostnameView

# a repair of the connection, or of the hostname, tells of these
_TOLD = MISFITS | frozenset(
    {
        Unknown.CARRIER_GRADE_NAT,
        Unknown.CONFLICT,
        Unknown.NO_INTERFACE,
        Unknown.ROUTER_DIFFERS,
        Unknown.TRANSLATED,
        Unknown.UNDECIDED,
    }
)
# more hostnames than this are counted, not named
_NAMED = 10


@callback
def async_sync_outdated(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    views: Mapping[str, HostnameView],
    targets: Targets,
) -> None:
    """Raise a repair and log a line once, until all addresses are known."""
    issue_id = f"{entry.entry_id}_{OUTDATED}"
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    found = {
        key: reasons
        for key, view in views.items()
        if (reasons := _outdated(key, view, targets))
    }
    if not found:
        if issue is not None and not any(map(_in_doubt, views.values())):
            LOGGER.info("%s: all addresses are known", entry.title)
            ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    records = _named(views, found)
    unknown = sorted({each for reasons in found.values() for each in reasons.values()})
    if issue is None or not issue.active:
        LOGGER.warning(
            "%s: %s may be outdated, the address is unknown: %s",
            entry.title,
            records,
            ", ".join(unknown),
        )
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=OUTDATED,
        translation_placeholders={
            "account": entry.title,
            "records": records,
            "reason": "; ".join(unknown_text(hass, each) for each in unknown),
        },
        data={ATTR_CONFIG_ENTRY_ID: entry.entry_id},
    )


def _outdated(
    key: str, view: HostnameView, targets: Targets
) -> Mapping[Family, Unknown]:
    """Return the outdated records that nothing else tells of, and why.

    That the internet cannot be reached is told by the connection.
    """
    return {
        family: unknown
        for family, unknown in view.unknown.items()
        if family in view.stale
        and unknown not in _TOLD
        and targets[key, family].online is not False
        and view.state[family].failure is None
    }


def _in_doubt(view: HostnameView) -> bool:
    """Return True if the address of a published record is unknown."""
    return any(view.state[family].published is not None for family in view.unknown)


def _named(
    views: Mapping[str, HostnameView], found: Mapping[str, Mapping[Family, Unknown]]
) -> str:
    """Return the first records, as people write them, and the number of hostnames left."""
    names = [
        f"{views[key].managed.hostname.unicode} "
        f"({', '.join(family.label for family in reasons)})"
        for key, reasons in found.items()
    ]
    more = [f"… (+{len(names) - _NAMED})"] if len(names) > _NAMED else []
    return ", ".join([*names[:_NAMED], *more])
