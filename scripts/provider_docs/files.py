"""Generated files, and their texts."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from custom_components.ddns_plus.core.providers import load_all, provider_slugs

from .evidence import read_evidence
from .incomplete import IncompleteProviderError
from .page import page
from .tables import index, with_names

ROOT = Path(__file__).parents[2]
_FOLDER = ROOT / "docs" / "providers"
_README = ROOT / "README.md"
# written by hand, since there is no code to make it from
_NOT_SUPPORTED = _FOLDER / "not-supported.md"


def files() -> Mapping[Path, str]:
    """Return the text of every file.

    Raises IncompleteProviderError for a provider that cannot be described yet.
    """
    providers = load_all()
    if broken := set(provider_slugs()) - set(providers):
        raise IncompleteProviderError(
            f"cannot be imported, see the log above: {', '.join(sorted(broken))}"
        )
    known = {provider: read_evidence(slug) for slug, provider in providers.items()}
    pages = {
        _FOLDER / f"{provider.info.slug}.md": page(provider, evidence)
        for provider, evidence in known.items()
    }
    readme = _README.read_text(encoding="utf-8")
    return pages | {
        _FOLDER / "README.md": index(known),
        _README: with_names(readme, known),
    }


def left_over() -> Sequence[Path]:
    """Return the pages of providers that were removed."""
    return sorted(set(_FOLDER.glob("*.md")) - set(files()) - {_NOT_SUPPORTED})
