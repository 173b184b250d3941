"""The table of all providers in the index, and their names in README.md."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.provider import Provider

from .evidence import KINDS, Evidence
from .facts import shape_of, wildcards_of
from .labels import needed
from .page import NOTICE

BEGIN = "<!-- providers: made by `python -m scripts.provider_docs` -->"
END = "<!-- end of providers -->"

type Known = Mapping[type[Provider], Evidence]


def index(known: Known) -> str:
    """Return the index of the pages in Markdown."""
    rows = [
        "| Provider | Interface | IPv4 | IPv6 | Wildcard | At a time | What you need | How we know |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for provider, evidence in _sorted(known):
        info = provider.info
        families = ("yes" if item in info.families else "no" for item in Family)
        cells = (
            f"[{info.name}]({info.slug}.md)",
            shape_of(provider),
            *families,
            wildcards_of(provider),
            str(info.limits.batch_size),
            needed(info),
            evidence.in_short,
        )
        rows.append(f"| {' | '.join(cells)} |")
    parts = [NOTICE, "# Providers", _counts(known), "\n".join(rows), *_explanations()]
    return "\n\n".join(parts) + "\n"


def paragraph(known: Known) -> str:
    """Return the count and the names for README.md."""
    names = ", ".join(
        f"[{provider.info.name}](docs/providers/{provider.info.slug}.md)"
        for provider, _ in _sorted(known)
    )
    return f"These {len(known)}: {names}."


def with_names(readme: str, known: Known) -> str:
    """Return README.md with the names as they should be. Raises ValueError without a place."""
    before, _, rest = readme.partition(f"{BEGIN}\n")
    _, end, after = rest.partition(f"\n{END}")
    if not end:
        raise ValueError("README.md has no place for the names of the providers")
    return f"{before}{BEGIN}\n\n{paragraph(known)}\n\n{END}{after}"


def _counts(known: Known) -> str:
    """Return how many providers there are, by the surest evidence of each."""
    counts = Counter(evidence.kind for evidence in known.values())
    parts = (f"- {counts[kind]} by {kind}" for kind in KINDS if counts[kind])
    count = sum(counts[kind] for kind in KINDS)
    return "\n".join((f"How {count} providers are known:", "", *parts))


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
        "*How we know*: the real servers that the tests run against, when answers were "
        "recorded, what was read and when, and the clients whose requests are compared "
        "with ours or whose code was read. All answers that are known "
        "are replayed by simulated services as well, except DNS updates."
    )
    yield (
        "A service is missing? [Why some are not supported](not-supported.md), and what "
        "to take instead."
    )
