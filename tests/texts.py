"""The English texts, and what a form needs of them."""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
import re
from typing import Any

from homeassistant.data_entry_flow import section

INTEGRATION = Path(__file__).parents[1] / "custom_components" / "ddns_plus"
TEXTS: Mapping[str, Any] = json.loads(
    (INTEGRATION / "translations" / "en.json").read_text(encoding="utf-8")
)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def text_at(*path: str) -> str | None:
    """Return the text at a path, None if there is none."""
    found: Any = TEXTS
    for key in path:
        found = found.get(key, {})
    return found if isinstance(found, str) else None


def provider_text(slug: str, key: str) -> str:
    """Return what is said of a provider, empty if nothing is."""
    return text_at("selector", f"provider_{slug}", "options", key) or ""


def placeholders_of(text: str) -> set[str]:
    """Return what a text must be filled with."""
    return set(_PLACEHOLDER.findall(text))


def every_text(texts: Any = TEXTS, *path: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every text with its path."""
    if isinstance(texts, str):
        yield path, texts
        return
    for key, value in texts.items():
        yield from every_text(value, *path, key)


def paths_of_form(schema: Mapping[Any, Any]) -> Iterator[tuple[str, ...]]:
    """Yield where the texts of a form's fields and sections stand, within its step."""
    for marker, value in schema.items():
        key = str(marker)
        if isinstance(value, section):
            yield from (("sections", key, "name"), ("sections", key, "description"))
            for path in paths_of_form(value.schema.schema):
                yield ("sections", key, *path)
        else:
            yield from (("data", key), ("data_description", key))


def missing_texts(category: tuple[str, ...], result: Mapping[str, Any]) -> list[str]:
    """Return what the texts lack for a flow's result to be shown: a text, or its filling."""
    paths: list[tuple[str, ...]] = []
    if result["type"] == "form":
        step = ("step", result["step_id"])
        schema = {} if result["data_schema"] is None else result["data_schema"].schema
        paths += [(*step, "title"), (*step, "description")]
        paths += [(*step, *path) for path in paths_of_form(schema)]
        paths += [("error", key) for key in (result["errors"] or {}).values()]
    elif result["type"] == "menu" or result["type"] == "menu":
        step = ("step", result["step_id"])
        paths += [(*step, "title"), (*step, "description")]
        paths += [(*step, "menu_options", key) for key in result["menu_options"]]
    elif result["type"] == "progress":
        paths.append(("progress", result["progress_action"]))
    elif result["type"] == "abort" and result.get("translation_domain") is None:
        paths.append(("abort", result["reason"]))
    given = set(result.get("description_placeholders") or {})
    missing: list[str] = []
    for path in paths:
        text = text_at(*category, *path)
        if text is None:
            missing.append(".".join((*category, *path)))
        else:
            missing += [
                f"{'.'.join(path)}: {{{key}}}" for key in placeholders_of(text) - given
            ]
    return missing
