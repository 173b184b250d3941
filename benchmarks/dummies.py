"""Providers that are copies of others under other names, as many as are wanted."""

from pathlib import Path
import re

PROVIDERS = (
    Path(__file__).parents[1] / "custom_components" / "ddns_plus" / "core" / "providers"
)
# a few lines on a dialect, a URL with a token, and a zone API
_MODELS = ("noip", "dynv6", "digitalocean")


def write_dummies(folder: Path, count: int) -> list[str]:
    """Write so many providers into a folder of providers, and return their slugs."""
    slugs = []
    for number in range(count):
        model = _MODELS[number % len(_MODELS)]
        slug = f"dummy{number:04}"
        text = (PROVIDERS / f"{model}.py").read_text(encoding="utf-8")
        text = text.replace(f'slug="{model}"', f'slug="{slug}"')
        text = re.sub(r'\bname="[^"]*"', f'name="Dummy {number}"', text, count=1)
        (folder / f"{slug}.py").write_text(text, encoding="utf-8")
        slugs.append(slug)
    return slugs
