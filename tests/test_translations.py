"""The English texts: all that the code can show has one, and none is left over."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from itertools import product
import json
import re
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)
import yaml

from custom_components.ddns_plus.account.answer import Published, raise_for_published
from custom_components.ddns_plus.account.hostname import ManagedHostname
from custom_components.ddns_plus.account.issues import (
    CONNECTION_GONE,
    OUTDATED,
    async_sync_issues,
)
from custom_components.ddns_plus.account.lasting import MISFITS
from custom_components.ddns_plus.connection.issues import ConnectionIssue
from custom_components.ddns_plus.const import DOMAIN, PLATFORMS
from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.detection.catalog import SOURCES
from custom_components.ddns_plus.core.engine.decide import (
    Decision,
    Mode,
    Publish,
    Reason,
    Skip,
    Stop,
    Wait,
)
from custom_components.ddns_plus.core.engine.state import (
    AccountState,
    Failure,
    FamilyState,
    HostnameState,
)
from custom_components.ddns_plus.core.errors import FailureKind, Unavailable
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.observation import Unknown
from custom_components.ddns_plus.core.providers import provider_slugs
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component

from .texts import INTEGRATION, TEXTS, every_text, placeholders_of, provider_text

ICONS: Mapping[str, Any] = json.loads((INTEGRATION / "icons.json").read_text())
SERVICES: Mapping[str, Any] = yaml.safe_load(
    (INTEGRATION / "services.yaml").read_text()
)
MANAGED = ManagedHostname(
    subentry_id="1",
    hostname=Hostname("home.example.com"),
    modes=dict.fromkeys(Family, Mode.UPDATE),
    settings={},
)


def descriptions(module: object) -> Iterator[Any]:
    """Yield the entity descriptions of a platform."""
    for value in vars(module).values():
        for item in value if isinstance(value, tuple) else (value,):
            # by its fields: Home Assistant makes these classes anew
            if not isinstance(item, type) and hasattr(item, "entity_category"):
                yield item


def states_of(description: Any) -> set[str]:
    """Return the states, or event types, that need a text."""
    return set(
        getattr(description, "options", None)
        or getattr(description, "event_types", None)
        or ()
    )


def test_every_entity_has_its_texts_and_icon() -> None:
    """Names, states and event types, and no others; an icon unless its class has one."""
    assert set(TEXTS["entity"]) == set(PLATFORMS), "en.json > entity: one per platform"
    for platform in PLATFORMS:
        module = import_module(f"custom_components.{DOMAIN}.{platform}")
        found = {item.translation_key: item for item in descriptions(module)}
        texts, icons = TEXTS["entity"][platform], ICONS["entity"][platform]
        assert found, platform
        place = f"en.json > entity > {platform}"
        assert set(texts) == set(found), f"{place}: one per translation key"
        assert set(icons) <= set(found), f"icons.json > entity > {platform}: too many"
        for key, description in found.items():
            text, icon = texts[key], icons.get(key, {})
            # the main entity is called as its device
            assert ("name" in text) is (description.name is not None), (
                f"{place} > {key} needs a name"
            )
            states = states_of(description)
            if platform == "event":
                attribute = text["state_attributes"]["event_type"]
                assert set(attribute["state"]) == states, (
                    f"{place} > {key}: event types"
                )
                assert attribute["name"]
            elif states:
                assert set(text["state"]) == states, f"{place} > {key}: one per state"
            allowed = states or {"on", "off"}
            assert set(icon.get("state", {})) <= allowed
            assert "default" in icon or description.device_class, (
                f"icons.json > entity > {platform} > {key} needs a default icon"
            )
    for _, icon in every_text(ICONS):
        assert re.fullmatch(r"mdi:[a-z0-9-]+", icon)


def test_every_unknown_address_says_why() -> None:
    """A connection has reasons of its own; a hostname has those and some more."""
    attribute = {
        key: text["state_attributes"]["unknown"]
        for key, text in TEXTS["entity"]["sensor"].items()
        if "unknown" in text.get("state_attributes", {})
    }
    assert set(attribute) == {"address", "source", "ipv6_prefix", "published"}
    of_hostname = attribute.pop("published")["state"]
    assert set(of_hostname) == {*Unknown}
    of_connection = {
        key: text
        for key, text in of_hostname.items()
        if key not in {"no_router_address", "not_running", "prefix_differs"}
    }
    for text in attribute.values():
        assert text["state"] == of_connection


def test_every_source_has_its_names() -> None:
    """One in the form, one as a state: that says the same, but for what helps choosing."""
    in_form = TEXTS["selector"]["source"]["options"]
    shown = dict(TEXTS["entity"]["sensor"]["source"]["state"])
    # an address that is written down is no choice among sources
    assert shown.pop("fixed")
    assert set(in_form) == set(SOURCES), "en.json > selector > source > options"
    assert set(shown) == set(SOURCES), "en.json > entity > sensor > source > state"
    for key, name in shown.items():
        assert re.fullmatch(rf"{re.escape(name)}( \([^)]+\))?", in_form[key]), (
            f"{key} is called the same in both, plus brackets in the form"
        )


def test_readme_tells_which_entities_are_diagnostic() -> None:
    """It names all of them, and every status."""
    readme = (INTEGRATION.parents[1] / "README.md").read_text(encoding="utf-8")
    _, chapter = readme.split("\n## Entities\n")
    tables, _ = chapter.split("\n## Actions\n")
    rows = re.findall(r"^\| ([^|(]+?)(?: \(([^|]*)\))? \|", tables, re.MULTILINE)
    said = {name: about for names, about in rows for name in names.split(", ")}
    for platform in PLATFORMS:
        module = import_module(f"custom_components.{DOMAIN}.{platform}")
        for item in descriptions(module):
            name = TEXTS["entity"][platform][item.translation_key].get("name", "Status")
            placeholders = item.translation_placeholders or {}
            about = said.get(name.format(**placeholders))
            assert about is not None, f"add a row to README.md > Entities: {name}"
            is_diagnostic = item.entity_category is EntityCategory.DIAGNOSTIC
            assert about.startswith("diagnostic") is is_diagnostic, (
                f"README.md > Entities: (diagnostic) belongs to {name} only if it is one"
            )
    _, chapter = readme.split("\n## Troubleshooting\n")
    for state, text in TEXTS["entity"]["sensor"]["status"]["state"].items():
        rows = re.findall(rf"^\| ([^|]+) \|[^|]*`{state}`", chapter, re.MULTILINE)
        assert len(rows) == 1, (
            f"README.md > Troubleshooting needs one row for `{state}`"
        )
        assert text in rows[0], (
            f"README.md > Troubleshooting: `{state}` is called {text}"
        )


@pytest.mark.parametrize("slug", provider_slugs())
def test_every_provider_tells_where_its_credentials_are(slug: str) -> None:
    """In sentences that fit into a form: add them to en.json, selector.provider_SLUG."""
    assert 20 < len(provider_text(slug, "credentials_help")) <= 300


def raised_by_actions() -> Iterator[tuple[str, set[str]]]:
    """Yield what actions raise for bad input: key, and what fills its text."""
    code = "".join(path.read_text() for path in sorted(INTEGRATION.rglob("*.py")))
    for key, arguments in re.findall(r'_invalid\(\s*"(\w+)"([^)]*)\)', code):
        yield key, set(re.findall(r"(\w+)=", arguments))
    for key, filled in re.findall(
        r'translation_key="(\w+)",\s*translation_placeholders=\{([^}]*)\}', code
    ):
        yield key, set(re.findall(r'"(\w+)":', filled))


def raised_for_updates(hass: HomeAssistant) -> Iterator[tuple[str, set[str]]]:
    """Yield what an update that a person asked for raises when it was not made."""
    now = datetime(2026, 11, 1, tzinfo=UTC)
    decisions: list[Decision] = [
        Publish(reason=Reason.FORCED, address=None),
        Stop(failure=failure(FailureKind.REFUSED)),
        Wait(reason=Reason.PROVIDER_WAIT, until=now),
        *(Skip(reason=reason) for reason in Reason),
    ]
    for decision, result in product(decisions, (None, Unavailable("timeout"))):
        published = Published(
            managed=MANAGED, family=Family.IPV4, decision=decision, result=result
        )
        try:
            raise_for_published(hass, [published])
        except HomeAssistantError as err:
            yield str(err.translation_key), set(err.translation_placeholders or {})


def test_every_exception_has_its_text(hass: HomeAssistant) -> None:
    """Each is raised somewhere, with what its text needs."""
    texts = TEXTS["exceptions"]
    raised = [*raised_by_actions(), *raised_for_updates(hass)]
    assert {"hostname_not_found", "unknown_provider", "update_stopped"} <= {
        key for key, _ in raised
    }, "the exceptions are not found any more"
    assert set(texts) == {key for key, _ in raised}
    for key, fillings in raised:
        assert placeholders_of(texts[key]["message"]) <= fillings, key


def failure(kind: FailureKind) -> Failure:
    """Return a failure of a kind."""
    return Failure(
        kind=kind, code="abuse", said="blocked", at=datetime(2026, 11, 1, tzinfo=UTC)
    )


def issues_of(
    hass: HomeAssistant, kind: FailureKind, *, whole_account: bool
) -> Iterable[ir.IssueEntry]:
    """Return the repairs that a failure calls for."""
    entry = MockConfigEntry(domain=DOMAIN, title="Test account")
    hostname = HostnameState()
    for family in hostname.families:
        hostname = hostname.with_family(family, FamilyState(failure=failure(kind)))
    state = AccountState(
        failure=failure(kind) if whole_account else None, hostnames={"1": hostname}
    )
    async_sync_issues(hass, entry, {"1": MANAGED}, state)
    found = [
        item
        for (domain, _), item in ir.async_get(hass).issues.items()
        if domain == DOMAIN
    ]
    async_sync_issues(hass, entry, {}, AccountState())
    return found


def test_every_repair_has_its_texts(hass: HomeAssistant) -> None:
    """What stops until a person acts is explained, with what the texts need."""
    seen: set[str] = set()
    for kind in FailureKind:
        for whole_account in (False, True):
            for issue in issues_of(hass, kind, whole_account=whole_account):
                assert issue.translation_key is not None
                seen.add(issue.translation_key)
                texts = TEXTS["issues"][issue.translation_key]
                flow = texts["fix_flow"]
                assert set(texts) == {"title", "fix_flow"}
                assert set(flow["step"]) == {"confirm"}
                assert set(flow["step"]["confirm"]) == {"title", "description"}
                assert set(flow["abort"]) == {"entry_not_loaded"}
                given = set(issue.translation_placeholders or {})
                for _, text in every_text(texts):
                    assert placeholders_of(text) <= given
    # others are raised, and fixed, in tests of their own
    others = {*ConnectionIssue, *MISFITS, CONNECTION_GONE, OUTDATED}
    assert set(TEXTS["issues"]) == seen | others


async def test_every_action_has_its_texts_and_icon(hass: HomeAssistant) -> None:
    """services.yaml, the schema, the texts and the icons speak of the same fields."""
    assert await async_setup_component(hass, DOMAIN, {})
    registered = hass.services.async_services_for_domain(DOMAIN)
    fields = {
        name: {str(key) for key in service.schema.schema}
        for name, service in registered.items()
    }
    assert {name: set(item["fields"]) for name, item in SERVICES.items()} == fields
    for name, texts in TEXTS["services"].items():
        assert set(texts) == {"name", "description", "fields"}
        assert {key: set(item) for key, item in texts["fields"].items()} == {
            key: {"name", "description"} for key in fields[name]
        }
    assert set(TEXTS["services"]) == set(ICONS["services"]) == set(fields)
    # Home Assistant itself can read the selectors
    described = await async_get_all_descriptions(hass)
    for name, names in fields.items():
        shown = described[DOMAIN][name]["fields"]
        assert set(shown) == names
        assert all(field["selector"] for field in shown.values())


async def test_system_health_has_its_texts(hass: HomeAssistant) -> None:
    """Each figure has a name."""
    assert await async_setup_component(hass, "system_health", {})
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    assert set(TEXTS["system_health"]["info"]) == set(info)


async def test_home_assistant_reads_the_texts(hass: HomeAssistant) -> None:
    """They are loaded as they stand in the file."""
    for category in TEXTS:
        loaded = await async_get_translations(hass, "en", category, [DOMAIN])
        assert loaded == {
            ".".join(("component", DOMAIN, *path)): text
            for path, text in every_text(TEXTS[category], category)
        }


def test_parts_are_those_that_home_assistant_knows() -> None:
    """A category that is misspelt would be read by nobody."""
    assert set(TEXTS) == {
        "config",
        "config_subentries",
        "entity",
        "exceptions",
        "issues",
        "options",
        "selector",
        "services",
        "system_health",
    }
    hostname = TEXTS["config_subentries"]["hostname"]
    assert set(TEXTS["config_subentries"]) == {"hostname"}
    assert hostname["entry_type"]
    assert set(hostname["initiate_flow"]) == {"user", "reconfigure"}
    assert set(TEXTS["config"]["initiate_flow"]) == {"user"}


_SENTENCES = {"credentials_help", "description", "message", "notes", "several"}


@pytest.mark.parametrize(
    ("path", "text"), every_text(), ids=lambda value: ".".join(value)[:80]
)
def test_text_follows_the_rules(path: tuple[str, ...], text: str) -> None:
    """What Home Assistant's own check demands of a text, and what makes it readable."""
    for key in path:
        assert re.fullmatch(r"[a-z0-9]+([-_]+[a-z0-9]+)*", key)
    assert text == text.strip()
    assert text
    assert not re.search(r"://|\bwww\.", text), "addresses come as placeholders"
    assert not re.search(r"<[a-z/!]|\[%key:", text)
    assert not re.search(r"'\{\w+\}'|\"\{\w+\}\"", text), "would not be filled in"
    assert not re.search(r"[{}]", re.sub(r"\{[a-z_]+\}", "", text))
    assert "  " not in text
    if "state" in path:
        assert not placeholders_of(text)
    is_sentence = path[-1] in _SENTENCES or {
        "abort",
        "create_entry",
        "data_description",
        "error",
        "check",
    } & set(path)
    if is_sentence or "unsent" in path:
        assert text[-1] in ".?}", "a sentence ends like one"
        assert len(text) <= 300
    else:
        assert not text.endswith("."), "a name is no sentence"
