"""The page about one provider."""

from collections.abc import Iterable, Iterator

from custom_components.ddns_plus.core.provider import Provider

from .evidence import ONE_CLIENT, Evidence, in_words
from .facts import facts_of
from .labels import Label, account_labels, help_of, hostname_labels, notes_of

NOTICE = (
    "<!-- Made by `python -m scripts.provider_docs`: change the provider, not this. -->"
)


def page(provider: type[Provider], evidence: Evidence) -> str:
    """Return the page in Markdown."""
    info = provider.info
    parts = [
        NOTICE,
        f"# {info.name}",
        f"[Website]({info.website})",
        "## Where to find the credentials",
        f"{help_of(info)} [Go there]({info.credentials_url})",
        "## What to fill in",
        "\n".join(_settings([*account_labels(info), *hostname_labels(info)])),
        "## What it can do",
        "\n".join(["| | |", "|---|---|", *_rows(facts_of(provider))]),
    ]
    if notes := notes_of(info):
        parts += ["## Good to know", notes]
    parts += ["## How we know", "\n".join(_sentences(evidence))]
    return "\n\n".join(parts) + "\n"


def _settings(labels: Iterable[Label]) -> Iterator[str]:
    """Yield the rows of the table of fields."""
    yield "| Field | There called | Needed | |"
    yield "|---|---|---|---|"
    for item in labels:
        must = "yes" if item.field.required else "no"
        yield f"| {item.name} | {item.called} | {must} | {item.description} |"


def _rows(facts: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the rows of a table with two columns."""
    for about, phrase in facts:
        yield f"| {about} | {phrase} |"


def _sentences(evidence: Evidence) -> Iterator[str]:
    """Yield the evidence in sentences, the surest first."""
    if evidence.servers:
        yield f"- The tests run against {in_words(evidence.servers)}."
    if evidence.clients:
        yield (
            f"- The requests are compared with those of {in_words(evidence.clients)}, "
            "configured for the same hostname."
        )
    if evidence.recorded:
        yield f"- The answers have the form of those recorded in {evidence.recorded}."
    if evidence.documentation:
        yield (
            f"- It follows the [official documentation]({evidence.documentation}), "
            f"read in {evidence.read}."
        )
    if evidence.code:
        yield (
            "- Official documentation was not at hand. What is asked and answered was "
            f"learnt from the code of {in_words(evidence.code)}."
        )
    if evidence.kind == ONE_CLIENT:
        yield "- Only one other client is known to support it: please tell how it went."
    if evidence.simulated:
        yield "- All answers that are known are replayed by a simulated service."
