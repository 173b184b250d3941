"""An account imports its own provider and no other, however many there are."""

from collections.abc import Generator
from pathlib import Path
import subprocess
import sys

import pytest

from benchmarks.dummies import write_dummies
from custom_components.ddns_plus.core import providers
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry, account_at

ROOT = Path(__file__).parents[2]
DUMMIES = 50
_IMPORTS = """
from importlib import import_module
import sys

package = "custom_components.ddns_plus"
for part in sys.argv[2:]:
    import_module(f"{package}{part}")
providers = import_module(f"{package}.core.providers")
before = set(sys.modules)
providers.load_provider(sys.argv[1])
prefix = f"{providers.__name__}."
print(*(name.removeprefix(prefix) for name in before if name.startswith(prefix)))
print(*(name.removeprefix(prefix) for name in set(sys.modules) - before))
"""
PLATFORMS = (".binary_sensor", ".button", ".event", ".sensor", ".switch")


@pytest.fixture
def dummies(tmp_path: Path) -> Generator[list[str]]:
    """Return the slugs of many more providers, in files beside the others."""
    slugs = write_dummies(tmp_path, DUMMIES)
    providers.__path__.append(str(tmp_path))
    providers.provider_slugs.cache_clear()
    yield slugs
    providers.__path__.remove(str(tmp_path))
    providers.provider_slugs.cache_clear()
    for slug in slugs:
        sys.modules.pop(f"{providers.__name__}.{slug}", None)


def imported() -> set[str]:
    """Return the slugs of the providers that have been imported."""
    return {
        slug
        for slug in providers.provider_slugs()
        if f"{providers.__name__}.{slug}" in sys.modules
    }


@pytest.mark.usefixtures("connected")
async def test_account_imports_only_its_provider(
    hass: HomeAssistant,
    dummies: list[str],
    add_entry: AddEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither the other providers nor any of many more."""
    chosen = dummies[7]
    entry = account_at(chosen, {"token": "1", "api_token": "2"})
    for slug in imported():
        monkeypatch.delitem(sys.modules, f"{providers.__name__}.{slug}")
    assert imported() == set()
    await add_entry(entry)
    assert entry.state is ConfigEntryState.LOADED
    assert imported() == {chosen}


@pytest.mark.parametrize(
    ("slug", "needed"),
    [
        ("duckdns", {"duckdns"}),
        ("noip", {"noip"}),
    ],
)
def test_provider_imports_only_what_it_is_made_of(slug: str, needed: set[str]) -> None:
    """The dialects and signers of the others stay where they are."""
    result = subprocess.run(
        [sys.executable, "-c", _IMPORTS, slug, "", *PLATFORMS],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    before, new = (set(line.split()) for line in result.stdout.splitlines())
    assert before == set()
    assert {name for name in new if "." not in name} == needed
