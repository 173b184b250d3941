"""Scenario files: what a provider is told, what it sends, what is answered, what results.

`scenarios/<slug>.yaml` has these keys:

like         a template that brings the obligatory scenarios, see template.py; also words
             and variants
account      settings; a secret that is not among them is a canary, written `${key}`, as
             is that of a hostname
request      what all expected requests have in common
scenarios    by name; the names in OBLIGATORY are there, or say "n/a: reason"
evidence     how sure we are of all this: see scripts/provider_docs/evidence.py
real_server  instead of scenarios: the tests that run the provider against a real server

A scenario is one step or a list of them, all done by the same provider object:

call         publish (if left out), verify, hostnames or read
updates      hostname; ipv4 and/or ipv6 with the address, null to withdraw it;
             previous_ipv4, previous_ipv6; settings. For `read` hostname and families.
exchanges    in their order, each with
  request    method, url without query, query, login [user, password], authorization,
             json, body: all as sent; headers: those that are looked at. An authorization
             that ends in "..." goes on in any way
  response   status, headers, body or json; or lose_connection: true
results      one for each hostname and family, IPv4 first; or `result` for all alike:
             an outcome, or error with class, code, field, wait (seconds), account_wide
             and maybe_applied. For `verify` "ok" or an error, for `hostnames` a list or
             null, for `read` a mapping "hostname ipv4": [addresses] or null.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
import json
from pathlib import Path
from typing import Any

import yaml

from custom_components.ddns_plus.core.address import Family, parse_address
from custom_components.ddns_plus.core.errors import DdnsError, InvalidField
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.provider_info import (
    ProviderInfo,
    Result,
    Settings,
    Update,
)

from .replay import CannedResponse, Exchange, Request
from .template import filled_in, with_template

OBLIGATORY = (
    "updated",
    "unchanged",
    "bad_credentials",
    "unknown_hostname",
    "rate_limited",
    "server_error",
    "nonsense",
    "ipv6_only",
    "both_families",
    "several_hostnames",
)
# in every secret; with all that needs care in URLs, headers, JSON and HTML
CANARY = "cAn4ry"
_CANARY_TAIL = "/+=&%'\"<b>"
_FOLDER = Path(__file__).parent / "scenarios"
_FILE_KEYS = {
    *("account", "evidence", "like", "real_server", "request", "scenarios"),
    *("variants", "words"),
}
_STEP_KEYS = {"call", "updates", "exchanges", "result", "results"}
_NOT_APPLICABLE = "n/a: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call of a provider."""

    call: str
    updates: Sequence[Update]
    exchanges: Sequence[Exchange]
    results: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFile:
    """All that is said of a provider."""

    settings: Settings
    scenarios: Mapping[str, Sequence[Step]]
    not_applicable: Mapping[str, str]
    real_server: str | None


def canary(key: str) -> str:
    """Return the secret of a field."""
    return f"{CANARY}-{key}{_CANARY_TAIL}"


def has_file(slug: str) -> bool:
    """Return whether a provider has a scenario file."""
    return (_FOLDER / f"{slug}.yaml").is_file()


def load(slug: str, info: ProviderInfo) -> ScenarioFile:
    """Read a provider's scenario file. Raises for anything that is not in the format."""
    data = with_template(
        yaml.safe_load((_FOLDER / f"{slug}.yaml").read_text(encoding="utf-8"))
    )
    assert set(data) <= _FILE_KEYS, set(data) - _FILE_KEYS
    secrets = {field.key: canary(field.key) for field in info.fields if field.secret}
    own = {
        field.key: canary(field.key) for field in info.hostname_fields if field.secret
    }
    data = filled_in(data, data.pop("words", {}) | own | secrets)
    scenarios = data.get("scenarios", {})
    common = data.get("request", {})
    return ScenarioFile(
        settings=secrets | data.get("account", {}),
        scenarios={
            name: [_step(step, common) for step in _as_list(scenario)]
            for name, scenario in scenarios.items()
            if not isinstance(scenario, str)
        },
        not_applicable={
            name: reason.removeprefix(_NOT_APPLICABLE)
            for name, reason in scenarios.items()
            if isinstance(reason, str) and reason.startswith(_NOT_APPLICABLE)
        },
        real_server=data.get("real_server"),
    )


def described(result: Result) -> Any:
    """Return a result as a scenario file has it."""
    if not isinstance(result, DdnsError):
        return result.value
    return _full(
        {
            "error": type(result).__name__,
            "code": result.code,
            "field": result.field if isinstance(result, InvalidField) else None,
            "wait": _seconds(result.retry_after),
            "account_wide": result.account_wide,
            "maybe_applied": result.maybe_applied,
        }
    )


def _seconds(wait: timedelta | None) -> float | None:
    """Return a wait as a scenario file has it."""
    return None if wait is None else wait.total_seconds()


def _full(result: Any) -> Any:
    """Return an expected result with all that it leaves to be understood."""
    if not isinstance(result, dict) or "error" not in result:
        return result
    usual = {
        "error": None,
        "code": None,
        "field": None,
        "wait": None,
        "account_wide": result["error"] == "InvalidCredentials",
        "maybe_applied": False,
    }
    assert set(result) <= set(usual), result
    return usual | result


def _step(data: dict[str, Any], common: dict[str, Any]) -> Step:
    """Read one step."""
    assert set(data) <= _STEP_KEYS, data
    call = data.get("call", "publish")
    updates = [update for item in data.get("updates", ()) for update in _updates(item)]
    if call == "publish":
        results = data.get("results") or [data["result"]] * len(updates)
        assert len(results) == len(updates), "as many results as updates"
        results = [_full(result) for result in results]
    else:
        results = _full(data["result"])
    return Step(
        call=call,
        updates=updates,
        exchanges=[_exchange(item, common) for item in data.get("exchanges", ())],
        results=results,
    )


def _updates(data: dict[str, Any]) -> list[Update]:
    """Read the updates of one hostname."""
    previous = {family: data.get(f"previous_{family}") for family in Family}
    return [
        Update(
            hostname=Hostname.parse(data["hostname"]),
            family=family,
            address=_address(data[family.value]),
            previous=_address(previous[family]),
            settings=data.get("settings", {}),
        )
        for family in Family
        if family.value in data
    ]


def _address(text: str | None) -> Any:
    """Read an address, if there is one."""
    return None if text is None else parse_address(text)


def _exchange(data: dict[str, Any], common: dict[str, Any]) -> Exchange:
    """Read one exchange."""
    own = data.get("request", {})
    request = common | own
    if "query" in common:
        request["query"] = common["query"] | own.get("query", {})
    if (login := request.get("login")) is not None:
        request["login"] = tuple(login)
    response = dict(data.get("response", {}))
    if "json" in response:
        response["body"] = json.dumps(response.pop("json"))
    return Exchange(request=Request(**request), response=CannedResponse(**response))


def _as_list(value: Any) -> list[Any]:
    """Return the steps of a scenario."""
    return value if isinstance(value, list) else [value]
