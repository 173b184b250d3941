"""The tables of all providers: a long one in the index, a short one in README.md."""

from collections.abc import Iterable, Iterator, Mapping

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.provider import Provider

from .evidence import Evidence
from .facts import families_of, shape_of, wildcards_of
from .labels import needed
from .page import NOTICE

BEGIN = "<!-- providers: made by `python -m scripts.provider_docs` -->"
END = "<!-- end of providers -->"

type Known = Mapping[type[Provider], Evidence]


def index(known: Known) -> str:
    """Return the index of the pages in Markdown."""
    rows = [
        "| Provider | Interface | Addresses | At a time | How we know |",
        "|---|---|---|---|---|",
        *(
            f"| [{provider.info.name}]({provider.info.slug}.md) | {shape_of(provider)} "
            f"| {families_of(provider.info)} | {provider.info.limits.batch_size} "
            f"| {evidence.in_short} |"
            for provider, evidence in _sorted(known)
        ),
    ]
    parts = [NOTICE, "# Providers", "\n".join(rows), *_explanations()]
    return "\n\n".join(parts) + "\n"


def short_table(known: Known) -> str:
    """Return the table for README.md."""
    rows = [
        "| Provider | IPv4 | IPv6 | Wildcard | What you need | How we know |",
        "|---|---|---|---|---|---|",
    ]
    for provider, evidence in _sorted(known):
        info = provider.info
        families = ("yes" if item in info.families else "no" for item in Family)
        cells = (
            f"[{info.name}](docs/providers/{info.slug}.md)",
            *families,
            wildcards_of(provider),
            needed(info),
            evidence.in_short,
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def with_table(readme: str, known: Known) -> str:
    """Return README.md with the table as it should be. Raises ValueError without a place."""
    before, _, rest = readme.partition(f"{BEGIN}\n")
    _, end, after = rest.partition(f"\n{END}")
    if not end:
        raise ValueError("README.md has no place for the table of providers")
    return f"{before}{BEGIN}\n\n{short_table(known)}\n\n{END}{after}"


def _sorted(known: Known) -> Iterable[tuple[type[Provider], Evidence]]:
    """Return the providers by name; those for a server of any kind come last."""
    return sorted(
        known.items(),
        key=lambda item: (item[0].info.any_server, item[0].info.name.casefold()),
    )


def _explanations() -> Iterator[str]:
    """Yield what the columns mean."""
    yield (
        "*At a time*: hostnames, or records of a zone, that are handed over together. "
        "*How we know*: the real servers that the tests run against, the clients whose "
        "requests are compared with ours, and what was read. All answers that are known "
        "are replayed by simulated services as well, except DNS updates."
    )
