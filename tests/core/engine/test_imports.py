"""The engine imports values only: no network library, and no Home Assistant."""

import os
from pathlib import Path
import subprocess
import sys

import pytest

ROOT = Path(__file__).parents[3]
ENGINE = ROOT / "custom_components" / "ddns_plus" / "core" / "engine"
MODULES = sorted(path.stem for path in ENGINE.glob("[!_]*.py"))
# the package around core/ imports Home Assistant: a bare package stands in for it
LOAD = """
import importlib, sys, types
package = types.ModuleType("custom_components.ddns_plus")
package.__path__ = ["custom_components/ddns_plus"]
sys.modules[package.__name__] = package
importlib.import_module(f"custom_components.ddns_plus.core.{sys.argv[1]}")
print(*{name.partition(".")[0] for name in sys.modules})
"""


def loaded_by(module: str) -> set[str]:
    """Return the top-level modules that importing a module of core/ loads."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD, module],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=True,
        text=True,
    )
    return set(done.stdout.split())


def test_a_network_library_is_seen() -> None:
    """The test below would pass on everything if this were wrong."""
    assert loaded_by("provider") >= {"aiohttp", "dns"}


@pytest.mark.parametrize("module", MODULES)
def test_engine_loads_no_network_library(module: str) -> None:
    """Neither directly nor through another module."""
    loaded = loaded_by(f"engine.{module}")
    assert loaded.isdisjoint({"aiohttp", "dns", "homeassistant", "yarl"})
