"""What importing the integration takes, told as JSON: run by provider_count.py.

The first argument is a folder with `custom_components` in it.
"""

from importlib import import_module, invalidate_caches
import json
import os
from pathlib import Path
from statistics import median
import sys
from time import perf_counter

_PACKAGE = "custom_components.ddns_plus"
_ROUNDS = 7
_PROVIDER = "noip"
# what Home Assistant imports when it sets up an account, and no form is open
_PARTS = (
    "",
    ".binary_sensor",
    ".button",
    ".diagnostics",
    ".event",
    ".sensor",
    ".switch",
    ".system_health",
)


def _memory() -> int:
    """Return the bytes of resident memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _forget() -> None:
    """Forget what was imported of the integration, but not what it is built on."""
    for name in [name for name in sys.modules if name.startswith("custom_components")]:
        del sys.modules[name]
    invalidate_caches()


def _import_parts() -> None:
    """Import the integration."""
    for part in _PARTS:
        import_module(f"{_PACKAGE}{part}")


def main() -> None:
    """Import the integration, then one provider, then all, and tell what each took."""
    sys.path.insert(0, sys.argv[1])
    before = _memory()
    _import_parts()
    providers = import_module(f"{_PACKAGE}.core.providers")
    providers.load_provider(_PROVIDER)
    memory = _memory() - before
    seconds: dict[str, list[float]] = {"integration": [], "provider": [], "all": []}
    loaded = 0
    for _ in range(_ROUNDS):
        _forget()
        times = [perf_counter()]
        _import_parts()
        times.append(perf_counter())
        providers = import_module(f"{_PACKAGE}.core.providers")
        providers.load_provider(_PROVIDER)
        times.append(perf_counter())
        loaded = len(providers.load_all())
        times.append(perf_counter())
        for name, begin, end in zip(seconds, times, times[1:], strict=False):
            seconds[name].append(end - begin)
    report = {name: median(found) for name, found in seconds.items()}
    print(json.dumps({**report, "memory": memory, "providers": loaded}))


if __name__ == "__main__":
    main()
