"""Texts with placeholders, as a user writes requests: `{address}`, and `{{` for a brace."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
import json
import re
from typing import Any

ADDRESSES = frozenset({"address", "ipv4", "ipv6"})
CREDENTIALS = frozenset({"username", "password", "token"})
IN_ZONE = frozenset({"zone", "label"})
# the only number: in JSON it may stand without quotation marks
NUMBER = "ttl"
PLACEHOLDERS = (
    ADDRESSES | CREDENTIALS | IN_ZONE | {NUMBER, "family", "record_type", "hostname"}
)
_TOKEN = re.compile(r"\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+")
_BRACES = {"{{": "{", "}}": "}"}
# a text in quotation marks, or a placeholder outside of them
_JSON_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")|\{\s*([a-z][a-z0-9_]*)\s*\}', re.DOTALL)
# of Unicode's private use: what stands for the number until the JSON is read
_NUMBER_MARK = "\ue000"
# characters; a longer body would take long to search for secrets
LONGEST_BODY = 10_000

type Escape = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a template: a placeholder's name, or a text as it is."""

    text: str
    is_placeholder: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A text with placeholders."""

    parts: tuple[Part, ...]

    @classmethod
    def parse(cls, text: str) -> Template:
        """Read a text in which `template_problem` finds nothing wrong."""
        return cls(
            tuple(
                Part(token[1:-1], True)
                if token.startswith("{") and token.endswith("}")
                else Part(_BRACES.get(token, token))
                for token in _TOKEN.findall(text)
            )
        )

    @property
    def names(self) -> frozenset[str]:
        """Return the names of the placeholders."""
        return frozenset(part.text for part in self.parts if part.is_placeholder)

    @property
    def literals(self) -> Sequence[str]:
        """Return what stands between the placeholders."""
        return [part.text for part in self.parts if not part.is_placeholder]

    def fill(
        self, values: Mapping[str, str], escape: Escape = str, literal: Escape = str
    ) -> str:
        """Return the text with values, which are escaped, in place of placeholders.

        `literal` escapes the rest. Raises KeyError for a value that is missing.
        """
        return "".join(
            escape(values[part.text]) if part.is_placeholder else literal(part.text)
            for part in self.parts
        )


def template_problem(text: str) -> str | None:
    """Return the error key of what is wrong with a text with placeholders."""
    for token in _TOKEN.findall(text):
        if token in ("{", "}"):
            return "placeholder_unbalanced"
        if token not in _BRACES and token.startswith("{"):
            if token[1:-1] not in PLACEHOLDERS:
                return "placeholder_unknown"
    return None


def json_problem(text: str) -> str | None:
    """Return the error key of what is wrong with JSON that has placeholders in its texts."""
    for _, name in _JSON_TOKEN.findall(text):
        if name and name != NUMBER:
            return "placeholder_outside_quotes"
    try:
        texts = texts_in(read_json(text))
        for item in texts:
            if problem := template_problem(item):
                return problem
    except ValueError, RecursionError:
        return "body_not_json"
    return None


def read_json(text: str) -> Any:
    """Return JSON whose texts are templates yet.

    Braces outside of quotation marks are JSON's own, except those of `{ttl}`. Raises
    ValueError, RecursionError.
    """
    quoted = _JSON_TOKEN.sub(lambda found: found[1] or f'"{_NUMBER_MARK}"', text)
    value = json.loads(quoted)
    # what Python reads, but is no JSON
    json.dumps(value, allow_nan=False)
    return value


def texts_in(value: Any, *, keys: bool = True) -> Sequence[str]:
    """Return the texts in a JSON value, each as the template that it is."""
    match value:
        case str():
            return [f"{{{NUMBER}}}" if value == _NUMBER_MARK else value]
        case list():
            return [text for item in value for text in texts_in(item, keys=keys)]
        case dict():
            return [
                *(key for key in value if keys),
                *(
                    text
                    for item in value.values()
                    for text in texts_in(item, keys=keys)
                ),
            ]
    return []


def fill_json(value: Any, values: Mapping[str, str]) -> Any:
    """Return a JSON value with all templates in it filled in.

    A member or item that lacks a value is left out. Raises KeyError where nothing can be.
    """
    match value:
        case str():
            if value == _NUMBER_MARK:
                return int(values[NUMBER])
            return Template.parse(value).fill(values)
        case list():
            return [fill_json(item, values) for item in value if _has(item, values)]
        case dict():
            return {
                fill_json(key, values): fill_json(item, values)
                for key, item in value.items()
                if _has(key, values) and _has(item, values)
            }
    return value


def _has(value: Any, values: Mapping[str, str]) -> bool:
    """Return whether there are values for all that a text asks for; true for others."""
    if not isinstance(value, str):
        return True
    name = NUMBER if value == _NUMBER_MARK else ""
    names = {name} if name else Template.parse(value).names
    return names <= values.keys()
