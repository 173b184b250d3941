"""Texts with placeholders, as a user writes requests: `{address}`, and `{{` for a brace."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
import json
import re
from typing import Any

from ...provider_info import ErrorAbout

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
# the name, unless it has placeholders, and the value; a lone text is a value
_PARAMETER = re.compile(r"([^{}=]*=|)(.*)", re.DOTALL)
# a text in quotation marks, or a placeholder outside of them
_JSON_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")|\{\s*([a-z][a-z0-9_]*)\s*\}', re.DOTALL)
# of Unicode's private use: what stands for the number until the JSON is read
_NUMBER_MARK = "\ue000"

type Escape = Callable[[str], str]


class MalformedError(Exception):
    """A text that cannot be read; `key` is that of the error."""

    def __init__(self, key: str) -> None:
        """Name the error by its key."""
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a template: a placeholder's name, or a text as it is."""

    text: str
    is_placeholder: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A text with placeholders.

    `name` is that of a parameter with "=". `is_number`: it stands for a number of JSON.
    """

    parts: tuple[Part, ...]
    name: str = ""
    is_number: bool = False

    @classmethod
    def parse(cls, text: str, name: str = "") -> Template:
        """Read a text with placeholders. Raises MalformedError."""
        return cls(tuple(map(_part, _TOKEN.findall(text))), name)

    @classmethod
    def parameters(cls, text: str, separator: str = "&") -> tuple[Template, ...]:
        """Read the parameters of a query or form. Raises MalformedError."""
        return tuple(
            cls.parse(found[2], found[1])
            for item in re.split(separator, text)
            if item and (found := _PARAMETER.fullmatch(item))
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


def _part(token: str) -> Part:
    if token in ("{", "}"):
        raise MalformedError("placeholder_unbalanced")
    if token in _BRACES or not token.startswith("{"):
        return Part(_BRACES.get(token, token))
    if token[1:-1] not in PLACEHOLDERS:
        raise MalformedError(ErrorAbout("placeholder_unknown", token))
    return Part(token[1:-1], True)


def parse_json(text: str) -> Any:
    """Return a JSON value in which each text is a template.

    Braces outside of quotation marks are JSON's own, except those of `{ttl}`. Raises
    MalformedError.
    """
    if any(name and name != NUMBER for _, name in _JSON_TOKEN.findall(text)):
        raise MalformedError("placeholder_outside_quotes")
    quoted = _JSON_TOKEN.sub(lambda found: found[1] or f'"{_NUMBER_MARK}"', text)
    try:
        value = json.loads(quoted)
        # what Python reads, but is no JSON
        json.dumps(value, allow_nan=False)
        return _with_templates(value)
    except ValueError, RecursionError:
        raise MalformedError("body_not_json") from None


def _with_templates(value: Any) -> Any:
    match value:
        case str():
            number = Template((Part(NUMBER, True),), is_number=True)
            return number if value == _NUMBER_MARK else Template.parse(value)
        case list():
            return [_with_templates(item) for item in value]
        case dict():
            keys = [_with_templates(key) for key in value]
            return dict(zip(keys, map(_with_templates, value.values()), strict=True))
    return value


def templates_in(value: Any, *, keys: bool = True) -> Iterator[Template]:
    """Yield the templates in a body: one, those of a form, or those of a JSON value."""
    match value:
        case Template():
            yield value
        case list() | tuple():
            for item in value:
                yield from templates_in(item, keys=keys)
        case dict():
            if keys:
                yield from value
            yield from templates_in(list(value.values()), keys=keys)


def fill_json(value: Any, values: Mapping[str, str]) -> Any:
    """Return a JSON value with all templates in it filled in.

    A member or item that lacks a value is left out. Raises KeyError where nothing can be.
    """
    match value:
        case Template():
            text = value.fill(values)
            return int(text) if value.is_number else text
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
    """Return True if no value is missing for a text; also for what is no text."""
    return not isinstance(value, Template) or value.names <= values.keys()
