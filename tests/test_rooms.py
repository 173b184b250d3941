"""The rooms of the integration: imports go down, and nothing forms a circle."""

import sys

import pytest

from scripts.rooms import (
    PACKAGE,
    ROOMS,
    arrows,
    circles,
    graph,
    imported_names,
    modules,
    not_allowed,
    reached,
    room_of,
)

FILES = modules()
IMPORTS = graph()
ROOM_OF = {name: room_of(name, path) for name, path in FILES.items()}
VALUES = ("core", "core/engine", "core/detection/judge", "core/detection/values")


def in_rooms(*rooms: str) -> list[str]:
    """Return the modules in some rooms."""
    return [name for name, room in ROOM_OF.items() if room in rooms]


def outsiders(module: str) -> set[str]:
    """Return the packages that a module imports, without Python's own and the integration."""
    tops = {name.partition(".")[0] for name in imported_names(FILES[module])}
    return tops - set(sys.stdlib_module_names) - {PACKAGE[0]}


def test_the_table_reads_from_top_to_bottom() -> None:
    """A room may import only rooms that stand below it: so rooms form no circle."""
    order = list(ROOMS)
    for room, below in ROOMS.items():
        for other in below:
            assert order.index(room) < order.index(other), f"{room} -> {other}"
    assert set(ROOM_OF.values()) == set(order), (
        "a new folder needs a row in ROOMS of scripts/rooms.py"
    )


def test_every_room_imports_what_the_table_allows() -> None:
    """The table is the picture of the house, `TYPE_CHECKING` and local imports included."""
    assert not_allowed(arrows(IMPORTS)) == {}, (
        "move the code to the room that may import it, or pass the value as a parameter"
    )


def test_no_modules_import_each_other_in_a_circle() -> None:
    """A module can be read once those below it were read."""
    assert circles(IMPORTS) == []


@pytest.mark.parametrize("module", [name for name in FILES if name.startswith("core")])
def test_core_stands_on_its_own(module: str) -> None:
    """core/ imports neither Home Assistant nor the package around it."""
    assert "homeassistant" not in outsiders(module), (
        "what needs Home Assistant belongs outside of core/"
    )
    around = {name for name in IMPORTS[module] if not f"{name}.".startswith("core.")}
    assert not around, "what core/ needs is passed to it as a parameter"


@pytest.mark.parametrize("module", in_rooms(*VALUES))
def test_decisions_are_made_of_values(module: str) -> None:
    """Engine and judge reach no network library, by no side door: values know none."""
    assert set(ROOMS[ROOM_OF[module]]) <= set(VALUES)
    assert outsiders(module) <= {"idna"}, "values and decisions do no I/O"


def test_imports_are_found() -> None:
    """The tests above would pass on everything if these were not found."""
    assert "homeassistant" in outsiders("sensor")
    assert {"aiohttp", "dns"} <= {
        package
        for name in reached(["config_flow"], IMPORTS)
        for package in outsiders(name)
    }
    assert "core.address" in IMPORTS["core.provider"]
    assert IMPORTS["account.coordinator"] >= {"account.notify", "core.engine.decide"}


def test_circles_are_found() -> None:
    """Two that import each other, and three in a row that end where they began."""
    imports = {
        "top": {"a"},
        "a": {"b"},
        "b": {"c"},
        "c": {"a"},
        "d": {"e", "floor"},
        "e": {"d"},
        "floor": set[str](),
    }
    graph_of = {name: frozenset(others) for name, others in imports.items()}
    assert circles(graph_of) == [("a", "b", "c"), ("d", "e")]
