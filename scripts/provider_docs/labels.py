"""English names and descriptions of the fields of forms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import json
from pathlib import Path
import re
from typing import Any

from custom_components.ddns_plus.core.provider_info import Field, ProviderInfo

from .incomplete import IncompleteProviderError

_TEXTS: Mapping[str, Any] = json.loads(
    (
        Path(__file__).parents[2]
        / "custom_components"
        / "ddns_plus"
        / "translations"
        / "en.json"
    ).read_text(encoding="utf-8")
)
_STEPS: Mapping[str, Any] = _TEXTS["config"]["step"]
_PROVIDERS: Mapping[str, Any] = _TEXTS["selector"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A field as a person sees it; `called` is the provider's own word for it, or empty."""

    name: str
    description: str
    called: str
    field: Field


def account_labels(info: ProviderInfo) -> Iterator[Label]:
    """Yield the fields of an account."""
    for item in info.fields:
        yield _label("account", item, advanced=item.advanced)


def hostname_labels(info: ProviderInfo) -> Iterator[Label]:
    """Yield what the provider adds to the form for hostnames."""
    for item in info.hostname_fields:
        yield _label("hostnames", item, advanced=item.advanced or not item.required)


def help_of(info: ProviderInfo) -> str:
    """Return where a person finds the credentials.

    Raises IncompleteProviderError where that is not written yet.
    """
    try:
        return str(_PROVIDERS[f"provider_{info.slug}"]["options"]["credentials_help"])
    except KeyError:
        raise IncompleteProviderError(
            f"translations/en.json has no selector.provider_{info.slug}.options"
            ".credentials_help: write where a person finds the credentials"
        ) from None


def notes_of(info: ProviderInfo) -> str:
    """Return what else to know before choosing the provider; may be empty."""
    return str(_PROVIDERS[f"provider_{info.slug}"]["options"].get("notes", ""))


def needed(info: ProviderInfo) -> str:
    """Return what a person must have, in the words of the provider."""
    account = [*account_labels(info)]
    must = [_word(item) for item in account if item.field.required]
    may = [
        _word(item)
        for item in account
        if item.field.secret and not (item.field.required or item.field.multiline)
    ]
    of_hostname = [
        f"{_word(item)} of each hostname"
        for item in hostname_labels(info)
        if item.field.required
    ]
    words = ", ".join([*must, *of_hostname])
    return f"{words}; if wanted {', '.join(may)}" if may else words


def _word(label: Label) -> str:
    """Return what a field is called, as it stands in a sentence."""
    name = label.name
    is_abbreviation = name[1:2].isupper()
    return label.called or (name if is_abbreviation else name[:1].lower() + name[1:])


def _label(step: str, item: Field, *, advanced: bool) -> Label:
    """Return how the form shows a field."""
    texts = _STEPS[step]["sections"]["advanced"] if advanced else _STEPS[step]
    place = f"config.step.{step}{'.sections.advanced' if advanced else ''}"
    for kind in ("data", "data_description"):
        if item.key not in texts[kind]:
            raise IncompleteProviderError(
                f"translations/en.json has no {place}.{kind}.{item.key}: write it, "
                "or give the field a key that another provider has for the same"
            )
    return Label(
        name=re.sub(r"\{\w+\}", "", texts["data"][item.key]),
        description=texts["data_description"][item.key]
        .replace(f"{{allowed_{item.key}}}", item.allowed)
        .replace(f"{{example_{item.key}}}", f"`{item.example}`"),
        called=item.called,
        field=item,
    )
