"""Rooms of the integration: which modules import which; `python -m scripts.rooms` prints it.

A room is a folder. Three folders have two floors, with a room for each: the root, `core`
and `core/detection`. A provider's own folder belongs to the room `core/providers`.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
import sys

ROOT = Path(__file__).parents[1]
PACKAGE = ("custom_components", "ddns_plus")

# Each room and the rooms that it may import. All of them stand further down: so no import
# goes up, and no rooms form a circle.
ROOMS: Mapping[str, Sequence[str]] = {
    "home assistant": (
        *("flows", "account", "connection", "shared"),
        *("core/detection", "core/detection/judge", "core/detection/values"),
        *("core/engine", "core/provider", "core"),
    ),
    "flows": (
        *("account", "connection", "shared"),
        *("core/dialects", "core/detection/echo", "core/detection/judge"),
        *("core/detection/values", "core/engine", "core/provider", "core"),
    ),
    "account": (
        *("connection", "shared"),
        *("core/providers", "core/engine", "core/net", "core/provider", "core"),
    ),
    "connection": (
        *("shared", "core/detection", "core/detection/router"),
        *("core/detection/echo", "core/detection/machine", "core/detection/judge"),
        *("core/detection/values", "core"),
    ),
    "shared": ("core/engine", "core/detection/values", "core"),
    "core/providers": ("core/dialects", "core/provider", "core/net", "core"),
    "core/dialects": ("core/provider", "core/net", "core"),
    "core/detection": (
        *("core/detection/echo", "core/detection/router", "core/detection/machine"),
        *("core/detection/judge", "core/detection/values", "core"),
    ),
    "core/detection/router": (
        *("core/detection/echo", "core/detection/values", "core/net", "core"),
    ),
    "core/detection/echo": ("core/detection/values", "core/net", "core"),
    "core/detection/machine": ("core/detection/values", "core"),
    "core/detection/judge": ("core/detection/values", "core"),
    "core/detection/values": ("core",),
    "core/engine": ("core",),
    "core/provider": ("core/net", "core"),
    "core/net": ("core",),
    "core": (),
}

# Modules whose room is not the one that their folder is named after.
_FLOORS: Mapping[str, str] = {
    **dict.fromkeys(
        ("const", "entries", "started", "store", "texts", "timer"), "shared"
    ),
    "core.provider": "core/provider",
    **dict.fromkeys(
        (
            *("core.detection.catalog", "core.detection.memory"),
            *("core.detection.methods", "core.detection.source"),
        ),
        "core/detection/values",
    ),
}

type Graph = Mapping[str, frozenset[str]]


def modules(root: Path = ROOT) -> Mapping[str, Path]:
    """Return the integration's modules by their names below it; its own is `__init__`."""
    folder = root.joinpath(*PACKAGE)
    names = {
        path: path.relative_to(folder).with_suffix("").parts
        for path in sorted(folder.rglob("*.py"))
    }
    return {
        ".".join(name[:-1] if name[-1] == "__init__" else name) or "__init__": path
        for path, name in names.items()
    }


def imported_names(path: Path, root: Path = ROOT) -> Iterator[str]:
    """Yield the absolute name of all that a file imports, wherever in it that is done."""
    package = path.relative_to(root).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package[: len(package) - node.level + 1] if node.level else ()
            base = (*parents, *filter(None, [node.module]))
            yield from (".".join((*base, alias.name)) for alias in node.names)


def graph(root: Path = ROOT) -> Graph:
    """Return which modules of the integration each of them imports."""
    known = modules(root)

    def own(name: str) -> str:
        """Return the module that an imported name is, or is in."""
        while name and name not in known:
            name = name.rpartition(".")[0]
        return name or "__init__"

    prefix = ".".join(PACKAGE) + "."
    return {
        module: frozenset(
            own(name.removeprefix(prefix))
            for name in imported_names(path, root)
            if name.startswith(prefix)
        )
        - {module}
        for module, path in known.items()
    }


def room_of(module: str, path: Path) -> str:
    """Return the room that a module is in."""
    if module in _FLOORS:
        return _FLOORS[module]
    folder = "/".join(path.parts[path.parts.index(PACKAGE[1]) + 1 : -1])
    if folder.startswith("core/providers"):
        return "core/providers"
    return folder or "home assistant"


def reached(start: Iterable[str], imports: Graph) -> frozenset[str]:
    """Return the modules that some modules import, directly or by others."""
    found: set[str] = set()
    to_do = list(start)
    while to_do:
        new = imports[to_do.pop()] - found
        found |= new
        to_do += new
    return frozenset(found)


def circles(imports: Graph) -> list[tuple[str, ...]]:
    """Return the groups of modules each of which reaches itself through the others."""
    after = {name: reached([name], imports) for name in imports}
    groups = {
        tuple(sorted(other for other in after[name] if name in after[other]))
        for name in imports
        if name in after[name]
    }
    return sorted(groups)


def arrows(imports: Graph, root: Path = ROOT) -> Mapping[tuple[str, str], list[str]]:
    """Return the imports between rooms: (from, to), and those imports as text."""
    rooms = {name: room_of(name, path) for name, path in modules(root).items()}
    found: dict[tuple[str, str], list[str]] = {}
    for name, others in sorted(imports.items()):
        for other in sorted(others):
            if rooms[name] != rooms[other]:
                found.setdefault((rooms[name], rooms[other]), []).append(
                    f"{name} -> {other}"
                )
    return found


def not_allowed(between: Mapping[tuple[str, str], list[str]]) -> dict[str, list[str]]:
    """Return the arrows that the table does not have, with the imports behind them."""
    return {
        f"{room} -> {other}": imports
        for (room, other), imports in between.items()
        if other not in ROOMS.get(room, ())
    }


def main(root: Path) -> None:
    """Print the rooms from top to bottom, and what is wrong with them."""
    imports = graph(root)
    between = arrows(imports, root)
    files = modules(root)
    for room in ROOMS:
        below = [other for first, other in between if first == room]
        count = sum(room_of(name, path) == room for name, path in files.items())
        print(f"{room} ({count}): {', '.join(sorted(below)) or '-'}")
    print(
        f"{len(files)} modules, {sum(map(len, imports.values()))} imports; "
        f"{len(ROOMS)} rooms, {len(between)} arrows between them"
    )
    wrong = not_allowed(between)
    print(f"{len(wrong)} arrows that are not allowed")
    for arrow, behind in wrong.items():
        print(f"  {arrow}: {', '.join(behind)}")
    groups = circles(imports)
    print(f"{len(groups)} circles of modules")
    for group in groups:
        print(f"  {', '.join(group)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT)
