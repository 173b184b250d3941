"""Repairs of an internet connection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN, LOGGER
from ..core.address import Address, Family, Refusal, refusal
from ..core.detection.judge.nat import NatSituation, judge
from ..core.detection.judge.quorum import Verdict, supporters
from ..core.detection.judge.round import Round
from ..core.detection.source import FailureReason, SourceFailure
from ..core.observation import ROUTER, Unknown
from ..entries import DdnsConfigEntry
from .address_watch import Watched
from .options import ConnectionOptions, RouterDifference
from .source_names import SourceNames

# issues without a fix in Home Assistant stay ignored once ignored
_READ_ONCE = ("double_nat", "no_public_address")

# number of unsettled rounds in a row before a repair is raised
_UNSETTLED = 3
# number of rounds in a row without an interface: more than a redial takes
_REDIALLED = 6
_NOBODY = "–"
# of a pool of addresses
_MOST_NAMED = 4


class ConnectionIssue(StrEnum):
    """Issues of a connection: the keys of their texts."""

    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    ADDRESSES_TAKE_TURNS = "addresses_take_turns"
    CARRIER_GRADE_NAT = "carrier_grade_nat"
    CARRIER_GRADE_NAT_HELD_BACK = "carrier_grade_nat_held_back"
    CONFLICT = "conflict"
    DOUBLE_NAT = "double_nat"
    INTERFACE_GONE = "interface_gone"
    IPV6_TRANSLATED = "ipv6_translated"
    NO_PUBLIC_ADDRESS = "no_public_address"
    ROUTER_DIFFERS = "router_differs"
    SINGLE_OPERATOR = "single_operator"
    SOURCE_GONE = "source_gone"


class _Standing(Enum):
    """Why no issue is raised: resolved, or unsure."""

    OVER = "over"
    # keep the issue as it is: an ignored one stays ignored after a restart
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """An issue and the placeholders of its text.

    `sources` are the sources named in the text, by placeholder, and why they failed.
    """

    issue: ConnectionIssue
    fixable: bool = True
    filled: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, SourceFailure | None]] = field(
        default_factory=dict
    )


type _Finding = _Told | _Standing
type _Find = Callable[[ConnectionOptions, Watched], _Finding]


@callback
def async_sync_connection_issues(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    options: ConnectionOptions,
    watched: Mapping[Family, Watched],
) -> None:
    """Raise the repairs that a connection needs, and delete the resolved ones."""
    registry = ir.async_get(hass)
    for key, family, find in _LOOKED_FOR:
        issue_id = f"{entry.entry_id}_{key}"
        finding: _Finding = _Standing.OVER
        if family in watched:
            finding = find(options, watched[family])
        before = registry.async_get_issue(DOMAIN, issue_id)
        if isinstance(finding, _Told):
            if before is None or not before.active:
                LOGGER.info("%s needs attention: %s", entry.title, finding.issue)
            _async_raise(hass, entry, issue_id, family, finding)
        elif before is not None and finding is _Standing.OVER:
            if before.dismissed_version and key in _READ_ONCE:
                continue
            if before.active:
                LOGGER.info("%s: this is over: %s", entry.title, key)
            ir.async_delete_issue(hass, DOMAIN, issue_id)


@callback
def _async_raise(
    hass: HomeAssistant,
    entry: DdnsConfigEntry,
    issue_id: str,
    family: Family,
    told: _Told,
) -> None:
    """Raise a repair, or update it."""
    names = SourceNames.async_get(hass)
    named = {
        key: "; ".join(
            f"{names.source(source)}: {names.why(failure)}"
            if failure
            else names.source(source)
            for source, failure in sources.items()
        )
        for key, sources in told.sources.items()
    }
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=told.fixable,
        severity=ir.IssueSeverity.WARNING,
        translation_key=told.issue,
        translation_placeholders={
            "connection": entry.title,
            "family": family.label,
            **told.filled,
            **{key: text or _NOBODY for key, text in named.items()},
        },
        data={ATTR_CONFIG_ENTRY_ID: entry.entry_id},
    )


def _router_differs(options: ConnectionOptions, watched: Watched) -> _Finding:
    """Report that the router and public services disagree."""
    if options.router_difference is not RouterDifference.HOLD:
        return _Standing.OVER
    if (standing := _standing(watched, NatSituation.ROUTER_DIFFERS)) is not None:
        return standing
    state, found = watched.state, watched.round
    votes = found.votes if found else ()
    router = [vote.address for vote in votes if vote.operator == ROUTER]
    seen = supporters(vote for vote in votes if vote.outside)
    lasts = state.unsettled >= _UNSETTLED or state.observation.known
    if not router or not seen or not lasts:
        return _Standing.UNSURE
    return _Told(
        issue=ConnectionIssue.ROUTER_DIFFERS,
        filled={
            "router_address": str(router[-1]),
            "outside_address": str(max(seen, key=lambda address: len(seen[address]))),
        },
    )


def _carrier_grade_nat(options: ConnectionOptions, watched: Watched) -> _Finding:
    """Report carrier-grade NAT."""
    if options.accept_carrier_grade_nat:
        return _Standing.OVER
    if (standing := _standing(watched, NatSituation.CARRIER_GRADE_NAT)) is not None:
        return standing
    if watched.state.known is None:
        return _Told(issue=ConnectionIssue.CARRIER_GRADE_NAT_HELD_BACK)
    return _Told(issue=ConnectionIssue.CARRIER_GRADE_NAT)


def _double_nat(_options: ConnectionOptions, watched: Watched) -> _Finding:
    """Report a second router in front of the router."""
    standing = _standing(watched, NatSituation.DOUBLE_NAT)
    return _Told(issue=ConnectionIssue.DOUBLE_NAT) if standing is None else standing


def _no_public_address(_options: ConnectionOptions, watched: Watched) -> _Finding:
    """Report that the router is behind some kind of NAT."""
    standing = _standing(watched, NatSituation.NO_PUBLIC_ADDRESS)
    return (
        _Told(issue=ConnectionIssue.NO_PUBLIC_ADDRESS) if standing is None else standing
    )


def _ipv6_translated(options: ConnectionOptions, watched: Watched) -> _Finding:
    """Report that public services see a translated IPv6 address."""
    if options.accept_translated:
        return _Standing.OVER
    standing = _standing(watched, NatSituation.TRANSLATED)
    return (
        _Told(issue=ConnectionIssue.IPV6_TRANSLATED) if standing is None else standing
    )


def _single_operator(_options: ConnectionOptions, watched: Watched) -> _Finding:
    """Report that only one operator can be reached to confirm a change."""
    found = watched.round
    if found is None or not _in_doubt(watched, Unknown.UNDECIDED):
        return _after_doubt(watched)
    if len({vote.voter for vote in found.votes}) > 1:
        # two voters are too few only for a flapping address
        return _Standing.OVER
    return _Told(
        issue=ConnectionIssue.SINGLE_OPERATOR,
        fixable=False,
        sources={
            "answered": {vote.source: None for vote in found.votes},
            "failed": found.failures,
        },
    )


def _conflict(_options: ConnectionOptions, watched: Watched) -> _Finding:
    """Report that operators contradict each other."""
    if watched.state.turns.present:
        # told by an issue of its own
        return _Standing.OVER
    found = watched.round
    if found is None or not _in_doubt(watched, Unknown.CONFLICT):
        return _after_doubt(watched)
    told: dict[Address, None] = dict.fromkeys(vote.address for vote in found.votes)
    return _Told(
        issue=ConnectionIssue.CONFLICT,
        fixable=False,
        filled={"addresses": ", ".join(map(str, told))},
    )


def _addresses_take_turns(_options: ConnectionOptions, watched: Watched) -> _Finding:
    """Report that several addresses take turns."""
    state = watched.state
    if not state.turns.present:
        return _Standing.OVER
    told = dict.fromkeys([state.known, *state.turns.addresses])
    named = [str(address) for address in told if address is not None]
    more = ["…"] if len(named) > _MOST_NAMED else []
    return _Told(
        issue=ConnectionIssue.ADDRESSES_TAKE_TURNS,
        fixable=False,
        filled={"addresses": ", ".join([*named[:_MOST_NAMED], *more])},
    )


def _address_not_allowed(options: ConnectionOptions, watched: Watched) -> _Finding:
    """Report an address outside the allowed networks."""
    address, allowed = watched.observation.address, options.allowed_networks
    if address is None and allowed:
        return _Standing.UNSURE
    if address is None or refusal(address, allowed) is not Refusal.NOT_ALLOWED:
        return _Standing.OVER
    return _Told(
        issue=ConnectionIssue.ADDRESS_NOT_ALLOWED,
        fixable=False,
        filled={"address": str(address)},
    )


def _source_gone(options: ConnectionOptions, watched: Watched) -> _Finding:
    """Report entities that do not exist any more."""
    found, family = watched.round, watched.state.family
    if found is None:
        return _Standing.UNSURE
    entities = [item.entity_id for item in options.entities if item.family is family]
    gone = [
        key
        for key in entities
        if (failure := found.failures.get(key)) and failure.reason is FailureReason.GONE
    ]
    if gone:
        return _Told(
            issue=ConnectionIssue.SOURCE_GONE,
            fixable=False,
            sources={"entities": dict.fromkeys(gone)},
        )
    all_asked = set(entities) <= found.asked.keys()
    return _Standing.OVER if all_asked else _Standing.UNSURE


def _interface_gone(options: ConnectionOptions, watched: Watched) -> _Finding:
    """Report that the chosen interface has not existed for several rounds."""
    state = watched.state
    if options.interface is None or (
        # both families lack it
        state.family is Family.IPV6 and Family.IPV4 in options.families
    ):
        return _Standing.OVER
    if state.observation.unknown is not Unknown.NO_INTERFACE:
        return _Standing.OVER if watched.round else _Standing.UNSURE
    if state.offline < _REDIALLED:
        return _Standing.UNSURE
    return _Told(
        issue=ConnectionIssue.INTERFACE_GONE,
        fixable=False,
        filled={"interface": options.interface},
    )


# key (the end of the issue id), family, check
_LOOKED_FOR: tuple[tuple[str, Family, _Find], ...] = (
    ("router_differs", Family.IPV4, _router_differs),
    ("carrier_grade_nat", Family.IPV4, _carrier_grade_nat),
    ("double_nat", Family.IPV4, _double_nat),
    ("no_public_address", Family.IPV4, _no_public_address),
    ("ipv6_translated", Family.IPV6, _ipv6_translated),
    *(
        (f"{key}_{family}", family, find)
        for family in Family
        for key, find in (
            ("single_operator", _single_operator),
            ("conflict", _conflict),
            ("take_turns", _addresses_take_turns),
            ("address_not_allowed", _address_not_allowed),
            ("source_gone", _source_gone),
            ("interface_gone", _interface_gone),
        )
    ),
)


def _standing(watched: Watched, situation: NatSituation) -> _Standing | None:
    """Return why a situation is not reported, None if it is present."""
    state = watched.state
    if state.situation is situation:
        return None
    if state.suspected is state.situation and _tells(watched.round):
        return _Standing.OVER
    return _Standing.UNSURE


def _tells(found: Round | None) -> bool:
    """Return True if a round determines the situation, whatever it was before."""
    return found is not None and len({judge(found, item) for item in NatSituation}) == 1


def _in_doubt(watched: Watched, unknown: Unknown) -> bool:
    """Return True if several rounds settled nothing, the latest for this reason."""
    state = watched.state
    return state.unsettled >= _UNSETTLED and state.observation.unknown is unknown


def _after_doubt(watched: Watched) -> _Standing:
    """Return OVER once an address is accepted or the reason changed."""
    found, unsettled = watched.round, watched.state.unsettled
    settled = found and found.verdict in (Verdict.CHANGED, Verdict.UNCHANGED)
    return _Standing.OVER if settled or unsettled >= _UNSETTLED else _Standing.UNSURE
