"""Templates of scenario files: words in their places, and nothing obligatory left out."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from .scenario import OBLIGATORY
from .template import filled_in, with_template

TEMPLATES = sorted((Path(__file__).parent / "templates").glob("*.yaml"))
WORDS = {
    "name": "home.example.com",
    "wait": 60,
    "query": {"hostname": "${name}", "+": "${address}"},
    "address": {"myip": "198.18.0.1"},
    "none": "",
    "more": {"b": 2},
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("${name}", "home.example.com"),
        ("a.${name} and ${unknown}", "a.home.example.com and ${unknown}"),
        ("${wait}", 60),
        ("${wait} s", "60 s"),
        ({"${name}": ["${wait}"]}, {"home.example.com": [60]}),
        ({"a": 1, "+": "${more}"}, {"a": 1, "b": 2}),
        ({"${none}": 1, "a": 1}, {"a": 1}),
        ("${query}", {"hostname": "home.example.com", "myip": "198.18.0.1"}),
        (
            {"use": "query", "name": "b.${name}"},
            {"hostname": "b.home.example.com", "myip": "198.18.0.1"},
        ),
        (None, None),
    ],
)
def test_words(value: Any, expected: Any) -> None:
    """A word is a text, or whatever it stands for where it stands alone."""
    assert filled_in(value, WORDS) == expected


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_template_has_all_that_is_obligatory(path: Path) -> None:
    """What a template brings is enough by itself, whatever a variant puts in its place."""
    template = yaml.safe_load(path.read_text(encoding="utf-8"))
    for variant in (None, *template.get("variants", ())):
        wanted = [] if variant is None else [variant]
        data = with_template({"like": path.stem, "variants": wanted})
        assert set(OBLIGATORY) <= data["scenarios"].keys()


def test_own_scenarios_go_before() -> None:
    """What a file says itself takes the place of what the template says."""
    own = {"like": "dyndns2", "words": {"home": "a"}, "scenarios": {"updated": "n/a"}}
    data = with_template(own)
    assert data["words"]["home"] == "a"
    assert data["scenarios"]["updated"] == "n/a"
