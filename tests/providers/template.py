"""Templates of scenario files: the obligatory scenarios of a dialect, with words left open.

A scenario file that says `like: dyndns2` has the scenarios of `templates/dyndns2.yaml`,
and its own besides or instead. These keys are in either file:

words        what stands for `${word}`: a text, or anything else where a value is nothing
             but that word; words may hold other words
variants     in a template: more scenarios by the name of a variant; in a scenario file:
             the names of those that are wanted

`{use: word, other: value}` stands for a word in which `${other}` is that value. A key "+"
adds the mapping behind it to the one that it is in, and a key "" leaves its value out.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
import re
from string import Template
from typing import Any

import yaml

_FOLDER = Path(__file__).parent / "templates"
_ALONE = re.compile(r"\$\{(\w+)\}")

type Words = Mapping[str, Any]


def with_template(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scenario file with what its template adds."""
    if (name := data.get("like")) is None:
        return dict(data)
    template = _template(name)
    scenarios = dict(template["scenarios"])
    for variant in data.get("variants", ()):
        scenarios |= template["variants"][variant]
    return {
        **data,
        "words": template.get("words", {}) | data.get("words", {}),
        "scenarios": scenarios | data.get("scenarios", {}),
    }


@cache
def _template(name: str) -> Mapping[str, Any]:
    """Read a template."""
    data: dict[str, Any] = yaml.safe_load(
        (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    )
    assert set(data) <= {"words", "scenarios", "variants"}, set(data)
    return data


def filled_in(value: Any, words: Words) -> Any:
    """Return a value with all words in their places."""
    match value:
        case str():
            alone = _ALONE.fullmatch(value)
            if alone and alone[1] in words:
                found = words[alone[1]]
                return found if found == value else filled_in(found, words)
            return Template(value).safe_substitute(
                {key: filled_in(words[key], words) for key in _named(value, words)}
            )
        case list():
            return [filled_in(item, words) for item in value]
        case {"use": str() as shape, **rest}:
            return filled_in(words[shape], {**words, **filled_in(rest, words)})
        case dict():
            return _mapping(value, words)
    return value


def _mapping(value: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Return a mapping with all words in their places."""
    filled: dict[str, Any] = {}
    for key, item in value.items():
        name, content = filled_in(key, words), filled_in(item, words)
        if name == "+":
            filled |= content
        elif name != "":
            filled[name] = content
    return filled


def _named(text: str, words: Words) -> list[str]:
    """Return the words that a text names."""
    return [key for key in Template(text).get_identifiers() if key in words]
