"""The texts of the flows: every field, choice, error and end has one, and none is left over."""

from collections.abc import Iterator, Mapping
import re
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.account.failures import SHOWN
from custom_components.ddns_plus.connection.source_trial import Expected
from custom_components.ddns_plus.const import ALL_PROVIDERS, DOMAIN, WATCH_ONLY
from custom_components.ddns_plus.core.address import Refusal
from custom_components.ddns_plus.core.detection.source import FailureReason
from custom_components.ddns_plus.core.errors import FailureKind
from custom_components.ddns_plus.core.hostname import HostnameProblem
from custom_components.ddns_plus.core.provider import Provider
from custom_components.ddns_plus.core.provider_info import Field, Unsent
from custom_components.ddns_plus.core.providers import load_all, provider_slugs
from custom_components.ddns_plus.flows.account_form import AccountForm, Check
from custom_components.ddns_plus.flows.account_trial import trial_schema
from custom_components.ddns_plus.flows.connection_form import ConnectionForm
from custom_components.ddns_plus.flows.errors import FormError
from custom_components.ddns_plus.flows.hostname_form import (
    DELETES_OTHER,
    IN_DISABLED_ACCOUNT,
    IN_OTHER_ACCOUNT,
    PREFIX_LENGTH,
    HostnameForm,
)
from custom_components.ddns_plus.flows.step import IN_SECTION
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import ObjectSelector, SelectSelector
from tests.texts import (
    INTEGRATION,
    TEXTS,
    every_text,
    paths_of_form,
    placeholders_of,
    provider_text,
    text_at,
)

from .error_keys import (
    conflict_errors,
    form_errors,
    hostname_errors,
    number_errors,
    settings_errors,
    source_errors,
)

# what steps fill their texts with; the errors in them must not fill in something else
STEP_PLACEHOLDERS = {
    "account",
    "check",
    "common",
    "credentials_help",
    "credentials_url",
    "example",
    "name",
    "provider",
    "several",
    "unsent",
    "watch_only",
}
type Schema = Mapping[Any, Any]
type Path = tuple[str, ...]


def hostname_schemas(
    hass: HomeAssistant, entry: MockConfigEntry | None, *, changed: bool = False
) -> Iterator[Schema]:
    """Yield the form for hostnames of every provider, with all that it may ask."""
    duplicate = FormError(field="hostname", key=IN_OTHER_ACCOUNT, placeholders={})
    one_family = FormError(field="base", key=DELETES_OTHER, placeholders={})
    for provider in load_all().values():
        form = HostnameForm(
            hass=hass,
            provider=provider,
            entry=entry,
            subentry=next(iter(entry.subentries.values()))
            if changed and entry
            else None,
        )
        yield form.schema(None, duplicate).schema
        yield form.schema(None, one_family).schema


@pytest.fixture
def forms(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> dict[Path, list[Schema]]:
    """Return the forms of every step, each in the versions that there are."""
    # what few routers tell is offered in few homes
    monkeypatch.setattr(HostnameForm, "_offers_router", True)
    for title in ("Fibre", "LTE"):
        connection = MockConfigEntry(
            domain=DOMAIN, title=title, data={"kind": "connection"}
        )
        connection.add_to_hass(hass)
    subentry = ConfigSubentryData(
        data={}, subentry_type="hostname", title="", unique_id="home.example.com"
    )
    entry = MockConfigEntry(domain=DOMAIN, subentries_data=[subentry])
    accounts = [
        AccountForm(hass=hass, provider=provider, stored=stored, credentials_only=only)
        for provider in load_all().values()
        for stored, only in ((None, False), ({}, True), (_secrets(provider), False))
    ]
    connection_form = ConnectionForm(hass).schema().schema
    named = {"name": None, **connection_form}
    hostname = ("config_subentries", "hostname", "step")
    return {
        ("config", "step", "user"): [{"provider": None}],
        ("config", "step", "discovered"): [{"provider": None}],
        ("config", "step", "found_by_domain"): [{"provider": None}],
        ("config", "step", "found_by_name_servers"): [{"provider": None}],
        ("config", "step", "account"): [item.schema().schema for item in accounts[::3]],
        ("config", "step", "reauth_confirm"): [
            item.schema().schema for item in accounts[1::3]
        ],
        ("config", "step", "reconfigure"): [
            item.schema().schema for item in accounts[2::3]
        ],
        ("config", "step", "hostnames"): list(hostname_schemas(hass, None)),
        ("config", "step", "trial"): [
            trial_schema(provider.info, {}).schema
            for provider in load_all().values()
            if provider.info.tries_in_flow
        ],
        ("config", "step", "connection"): [named],
        ("config", "step", "reconfigure_connection"): [{"name": None}],
        ("options", "step", "init"): [connection_form],
        (*hostname, "user"): list(hostname_schemas(hass, entry)),
        (*hostname, "reconfigure"): list(hostname_schemas(hass, entry, changed=True)),
    }


def _secrets(provider: type[Provider]) -> dict[str, str]:
    """Return what an account has stored that its form does not show."""
    return {field.key: "stored" for field in provider.info.fields if field.secret}


def step_texts() -> Iterator[tuple[Path, Path, str]]:
    """Yield the texts of all steps: path of the step, path within it, text."""
    for path, text in every_text():
        if "step" in path and path[0] != "issues":
            end = path.index("step") + 2
            yield path[:end], path[end:], text


def test_every_field_has_its_texts(forms: dict[Path, list[Schema]]) -> None:
    """Steps, sections and fields of all providers, menus, and no others."""
    wanted = {
        (*step, *path)
        for step, schemas in forms.items()
        for path in (
            ("title",),
            ("description",),
            *(path for schema in schemas for path in paths_of_form(schema)),
        )
    }
    menu = ("options", "step", "tried")
    wanted |= {(*menu, "title"), (*menu, "description")}
    wanted |= {(*menu, "menu_options", key) for key in ("save", "change")}
    for step in ("try_account", "trial_succeeded", "trial_failed"):
        menu = ("config", "step", step)
        wanted |= {(*menu, "title"), (*menu, "description")}
        options = ("trial", "hostnames", "save_account", "change_settings")
        wanted |= {(*menu, "menu_options", key) for key in options}
    menu = ("config", "step", "update_failed")
    wanted |= {(*menu, "title"), (*menu, "description")}
    options = ("hostnames", "try_again", "save_account", "create_account")
    wanted |= {(*menu, "menu_options", key) for key in ("change_settings", *options)}
    assert {(*step, *path) for step, path, _ in step_texts()} == wanted
    assert set(TEXTS["options"]["progress"]) == {"trial"}


def test_same_field_has_the_same_texts() -> None:
    """A field is called alike when it is filled in and when it is changed."""
    groups = {
        "hostnames": "hostname",
        "user": "hostname",
        "connection": "connection",
        "found_by_domain": "found",
        "found_by_name_servers": "found",
        "discovered": "hostname",
        "init": "connection",
        "reconfigure_connection": "connection",
        "trial": "hostname",
        "try_account": "offer",
        "update_failed": "failed",
    }
    seen: dict[tuple[str, Path], str] = {}
    for step, path, text in step_texts():
        if path[0] in ("title", "description"):
            continue
        is_hostname = step[0] == "config_subentries"
        group = "hostname" if is_hostname else groups.get(step[-1], "account")
        assert seen.setdefault((group, path), text) == text, (*step, *path)


def every_selector(schema: Schema) -> Iterator[tuple[str, list[str] | None]]:
    """Yield the translation key of each selector and its options."""
    for value in schema.values():
        if isinstance(value, section):
            yield from every_selector(value.schema.schema)
        elif isinstance(value, SelectSelector):
            if key := value.config.get("translation_key"):
                options = value.config["options"]
                yield (
                    key,
                    [
                        item if isinstance(item, str) else item["value"]
                        for item in options
                    ],
                )
        elif isinstance(value, ObjectSelector):
            fields = value.config["fields"]
            yield value.config["translation_key"], None
            yield from every_selector(
                {key: item["selector"] for key, item in fields.items()}
            )


def test_every_choice_has_its_text(forms: dict[Path, list[Schema]]) -> None:
    """Selectors and their options, and no others."""
    wanted: dict[str, set[str]] = {
        # why something failed: tests/test_reasons.py
        "reason": set(TEXTS["selector"]["reason"]["options"]),
        "provider": {ALL_PROVIDERS, WATCH_ONLY},
        # what the help of a field is filled with
        "hostnames": {"several"},
        # what the result of a trial is filled with
        "expected": set(Expected),
        # what the description of a hostname's form is filled with
        "unsent": set(Unsent) - {Unsent.KEPT},
        "failure": set(FailureReason),
        "refusal": set(Refusal),
        # what the description of an account is filled with
        "check": set(Check),
        # what a repair is filled with: tests/flows/test_account_fixes.py
        "next_try": {"after_submit", "planned"},
        # what is said of a provider
        **{
            f"provider_{slug}": {"credentials_help"}
            | ({"notes"} if provider_text(slug, "notes") else set())
            for slug in provider_slugs()
        },
    }
    source_fields: dict[str, set[str]] = {}
    for schemas in forms.values():
        for schema in schemas:
            for key, options in every_selector(schema):
                wanted.setdefault(key, set()).update(options or ())
    for schema in forms["options", "step", "init"]:
        for value in schema.values():
            if isinstance(value, section):
                for item in value.schema.schema.values():
                    if isinstance(item, ObjectSelector):
                        key = item.config["translation_key"]
                        source_fields[key] = set(item.config["fields"])
    texts = TEXTS["selector"]
    assert set(texts) == set(wanted)
    assert set(source_fields) == {"custom_source", "entity_source"}
    for source, fields in source_fields.items():
        assert {key: set(item) for key, item in texts[source]["fields"].items()} == {
            key: {"name", "description"} for key in fields
        }
        del wanted[source]
    assert {key: set(texts[key]["options"]) for key in wanted} == wanted


def account_fields() -> list[Field]:
    """Return the fields of all providers' accounts."""
    infos = [provider.info for provider in load_all().values()]
    return [field for info in infos for field in info.fields]


def hostname_fields() -> list[Field]:
    """Return the fields of all providers' hostnames."""
    infos = [provider.info for provider in load_all().values()]
    return [field for info in infos for field in info.hostname_fields]


def every_form_error() -> dict[str, dict[str, frozenset[str]]]:
    """Return the errors that each part of the forms shows."""
    problems = {problem.value for problem in HostnameProblem}
    others = {
        "err.problem.value": problems,
        "HostnameProblem.EMPTY.value": {HostnameProblem.EMPTY.value},
        "problem": hostname_errors(),
        "error": settings_errors(load_all()),
        "DELETES_OTHER": {DELETES_OTHER},
        "IN_DISABLED_ACCOUNT if entry.disabled_by else IN_OTHER_ACCOUNT": {
            IN_DISABLED_ACCOUNT,
            IN_OTHER_ACCOUNT,
        },
        "'unknown_provider' if choice else 'no_provider'": {
            "unknown_provider",
            "no_provider",
        },
        "'no_provider_of_hostname' if self._servers else 'no_name_servers'": {
            "no_provider_of_hostname",
            "no_name_servers",
        },
        "f'custom_{key}'": {f"custom_{key}" for key in source_errors()},
        "f'fixed_{why}'": {f"fixed_{why}" for why in Refusal},
        "f'{field.key}_not_allowed'": number_errors(account_fields())
        | number_errors((*hostname_fields(), PREFIX_LENGTH)),
        "conflict.code": conflict_errors(),
        "shown.key": set(),
    }
    modules = (
        "flows/account_form",
        "flows/account_trial",
        "flows/provider_choice",
        "flows/connection_flow",
        "flows/connection_form",
        "flows/fields",
        "flows/hostname_form",
        "flows/network_form",
        "flows/hostname_checks",
        "flows/source_form",
    )
    errors = {module: form_errors(module, others) for module in modules}
    of_provider = frozenset({"provider", "error_code", "error_detail"})
    # the repetition of what is wrong in a section
    repeated = frozenset({"wrong_section", "wrong_field", "problem"})
    errors["flows/step"] = {IN_SECTION: repeated}
    errors["exceptions"] = {shown.form_error: of_provider for shown in SHOWN.values()}
    return errors


def test_every_error_has_its_text() -> None:
    """What forms, providers and sources can find wrong, and nothing else."""
    errors = every_form_error()
    of_forms = {key for module in errors.values() for key in module}
    assert {
        "tsig_key_name_missing",
        "zone_id_missing",
        "server_url_http_public",
        "not_a_duckdns_name",
        "wildcard_not_supported",
        "custom_regex_groups",
        "hostname_not_in_zones",
        "unknown_provider",
        "rate_limited",
    } <= of_forms, "the errors are not found any more"
    assert set(TEXTS["config"]["error"]) == of_forms
    of_options = (
        "flows/connection_form",
        "flows/network_form",
        "flows/source_form",
        "flows/step",
    )
    assert set(TEXTS["options"]["error"]) == {
        key for module in of_options for key in errors[module]
    }
    of_account = number_errors(account_fields()) - number_errors(hostname_fields())
    of_hostname = {
        key
        for module in (
            "flows/fields",
            "flows/hostname_form",
            "flows/hostname_checks",
            "flows/step",
        )
        for key in errors[module]
    } - of_account
    # a new secret of the hostname is tried
    of_hostname.add(SHOWN[FailureKind.INVALID_FIELD].form_error)
    assert set(TEXTS["config_subentries"]["hostname"]["error"]) == of_hostname


def test_errors_are_filled_in() -> None:
    """The code gives what the text needs, and leaves alone what the step's texts need."""
    for module in every_form_error().values():
        for key, fillings in module.items():
            text = text_at("config", "error", key)
            assert text is not None
            assert placeholders_of(text) <= fillings, key
            assert not (fillings - {"provider"}) & STEP_PLACEHOLDERS, key


def test_same_error_has_the_same_text() -> None:
    """An error reads alike wherever it comes up."""
    texts = TEXTS["config"]["error"]
    others = (TEXTS["options"], TEXTS["config_subentries"]["hostname"])
    for other in others:
        assert other["error"].items() <= texts.items()


def test_every_end_of_a_flow_has_its_text() -> None:
    """Why a flow ended early; what Home Assistant has texts for is left to it."""
    sources = {
        flow: "".join((INTEGRATION / f"{module}.py").read_text() for module in modules)
        for flow, modules in {
            "config": ("config_flow", "flows/account_flow", "flows/connection_flow"),
            "hostname": ("flows/hostname_flow", "flows/hostname_form"),
            "options": ("flows/connection_form", "flows/options_flow", "flows/step"),
        }.items()
    }
    reasons = {
        flow: set(re.findall(r'reason="(\w+)"|AbortFlow\("(\w+)"', source))
        for flow, source in sources.items()
    }
    found = {
        flow: {key for pair in pairs for key in pair if key}
        for flow, pairs in reasons.items()
    }
    # Home Assistant itself refuses two subentries of one name
    found["hostname"].add("already_configured")
    assert set(TEXTS["config"]["abort"]) == found["config"]
    assert set(TEXTS["config_subentries"]["hostname"]["abort"]) == found["hostname"]
    assert set(TEXTS["options"]["abort"]) == found["options"]
