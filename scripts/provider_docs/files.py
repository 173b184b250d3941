"""Which files there should be, and what should stand in them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from custom_components.ddns_plus.core.providers import load_all

from .evidence import read_evidence
from .page import page
from .tables import index, with_table

ROOT = Path(__file__).parents[2]
_FOLDER = ROOT / "docs" / "providers"
_README = ROOT / "README.md"


def files() -> Mapping[Path, str]:
    """Return the text of every file."""
    known = {provider: read_evidence(slug) for slug, provider in load_all().items()}
    pages = {
        _FOLDER / f"{provider.info.slug}.md": page(provider, evidence)
        for provider, evidence in known.items()
    }
    readme = _README.read_text(encoding="utf-8")
    return pages | {
        _FOLDER / "README.md": index(known),
        _README: with_table(readme, known),
    }


def left_over() -> Sequence[Path]:
    """Return the pages of providers that are no more."""
    return sorted(set(_FOLDER.glob("*.md")) - set(files()))
