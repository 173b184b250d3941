"""Custom request with placeholders, and its filling in.

Values are escaped for the place that they stand in, so that none of them can become
another parameter, header or part of JSON. Sources: RFC 3986 for URLs, RFC 9110 (5.5, 5.6.2)
for headers, the URL standard of WHATWG (2026-10) for forms.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import json
import re
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

from multidict import CIMultiDict
from yarl import URL

from ...errors import Refused
from ...provider_info import Settings
from .template import CREDENTIALS, Template, fill_json, read_json, texts_in

METHODS = ("get", "post", "put", "patch")
_GET = "get"
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LINE = re.compile(r"\r\n|\r|\n")
_PATH_SAFE = "/:@!$&'()*+,;=~%-._"
_QUERY_SAFE = f"{_PATH_SAFE}?"
# shorter texts are hardly secrets, and would hide half of an answer
_SHORTEST_SECRET = 4
_HIDDEN = "***"
# longer ones are looked for word by word
_LONGEST_WHOLE = 200
# the parts of a path that are a token rather than a word
_LONG_PART = 16


class ContentType(StrEnum):
    """The format of a body."""

    JSON = "json"
    FORM = "form"
    TEXT = "text"


_MEDIA_TYPES: Mapping[ContentType, str] = {
    ContentType.FORM: "application/x-www-form-urlencoded",
    ContentType.JSON: "application/json",
    ContentType.TEXT: "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledRequest:
    """A request as it is sent; `shown` is its URL with all hidden that may be a secret."""

    method: str
    url: URL = field(repr=False)
    shown: str
    headers: CIMultiDict[str] = field(repr=False)
    data: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTemplate:
    """A request with placeholders; `body` is None where there is none to be sent.

    The body is read JSON, the parameters of a form, or the one text.
    """

    method: str
    origin: str
    path: Template
    query: tuple[Template, ...]
    headers: Mapping[str, Template] = field(repr=False)
    content_type: ContentType
    body: Any = field(repr=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> RequestTemplate:
        """Read settings in which nothing is wrong."""
        method = str(settings.get("method") or _GET)
        text, _, query = str(settings["url"]).strip().partition("?")
        scheme, authority, path = split_url(text)
        server = URL(f"{scheme}://{authority}/")
        content_type = ContentType(str(settings.get("content_type") or "json"))
        body: Any = None
        if method != _GET and (content := str(settings.get("body") or "").strip()):
            body = _read_body(content_type, content)
        headers = {
            name: Template.parse(value) for name, value in header_lines(settings)
        }
        if settings.get("authentication") == "bearer":
            headers["Authorization"] = Template.parse("Bearer {token}")
        return cls(
            method=method.upper(),
            origin=f"{server.scheme}://{server.raw_authority}",
            path=Template.parse(path or "/"),
            query=_parameters(query, "&"),
            headers=headers,
            content_type=content_type,
            body=body,
        )

    @property
    def names(self) -> frozenset[str]:
        """Return the names of all placeholders."""
        templates = [self.path, *self.query, *self.headers.values(), *self._in_body()]
        return frozenset(name for template in templates for name in template.names)

    @property
    def needed(self) -> frozenset[str]:
        """Return the names of placeholders in places that cannot be left out."""
        templates = [self.path, *self.headers.values()]
        if self.content_type is ContentType.TEXT:
            templates += self._in_body()
        elif isinstance(self.body, str):
            templates.append(Template.parse(self.body))
        return frozenset(name for template in templates for name in template.names)

    @property
    def secrets(self) -> frozenset[str]:
        """Return what the user wrote in places where secrets may be."""
        values = [text for item in self.query for text in _value_literals(item)]
        values += [
            part
            for literal in self.path.literals
            for part in literal.split("/")
            if len(part) >= _LONG_PART
        ]
        values += [text for item in self.headers.values() for text in item.literals]
        match self.body, self.content_type:
            case None, _:
                pass
            case _, ContentType.JSON:
                for text in texts_in(self.body, keys=False):
                    values += Template.parse(text).literals
            case _, ContentType.FORM:
                values += [text for item in self.body for text in _value_literals(item)]
            case _:
                values += self.body.literals
        values += [unquote_plus(text) for text in values]
        found = {text.strip() for text in values if len(text) <= _LONGEST_WHOLE}
        found |= {word for text in values for word in text.split()}
        return frozenset(text for text in found if len(text) >= _SHORTEST_SECRET)

    def fill(self, values: Mapping[str, str]) -> FilledRequest:
        """Return the request with values; parameters that lack theirs are left out.

        Raises Refused for a value that is missing elsewhere, or cannot be sent.
        """
        try:
            return self._filled(values)
        except KeyError:
            error = Refused(
                "needs_both_families",
                reason="request_needs_both_families",
            )
        except ValueError, RecursionError:
            error = Refused(reason="invalid_request")
        # outside of the handlers: a chained exception could carry what was filled in
        raise error

    def _filled(self, values: Mapping[str, str]) -> FilledRequest:
        """Return the request with values. Raises KeyError, ValueError."""
        path = self.path.fill(values, _quoted, _path_literal)
        query = _joined(self.query, values, _quoted, _query_literal)
        headers = CIMultiDict(
            {name: template.fill(values) for name, template in self.headers.items()}
        )
        if any(CONTROL.search(value) for value in headers.values()):
            raise ValueError("a header is one line")
        data = self._filled_body(values)
        if data is not None:
            headers.setdefault("Content-Type", _MEDIA_TYPES[self.content_type])
        return FilledRequest(
            method=self.method,
            url=URL(f"{self.origin}{path}{'?' if query else ''}{query}", encoded=True),
            shown=self._shown(values),
            headers=headers,
            data=data,
        )

    def _shown(self, values: Mapping[str, str]) -> str:
        """Return the URL without what may be a secret."""
        values = {**values, **dict.fromkeys(CREDENTIALS, _HIDDEN)}
        path = self.path.fill(values, _shown_value, _shown_path)
        query = "&".join(
            "".join(
                _shown_value(values[part.text])
                if part.is_placeholder
                else _shown_literal(part.text, is_name=index == 0)
                for index, part in enumerate(parameter.parts)
            )
            for parameter in self.query
            if parameter.names <= values.keys()
        )
        return f"{self.origin}{path}{'?' if query else ''}{query}"

    def _filled_body(self, values: Mapping[str, str]) -> bytes | None:
        """Return the body as it is sent. Raises KeyError, ValueError."""
        if self.body is None:
            return None
        match self.content_type:
            case ContentType.JSON:
                return json.dumps(fill_json(self.body, values)).encode()
            case ContentType.FORM:
                return _joined(self.body, values, quote_plus, _form_literal).encode()
        if any(CONTROL.search(value) for value in values.values()):
            raise ValueError("a value is one line")
        text: str = self.body.fill(values)
        return text.encode()

    def _in_body(self) -> list[Template]:
        """Return the templates in the body."""
        if self.body is None:
            return []
        match self.content_type:
            case ContentType.JSON:
                return [Template.parse(text) for text in texts_in(self.body)]
            case ContentType.FORM:
                return list(self.body)
        return [self.body]


def split_url(text: str) -> tuple[str, str, str]:
    """Return scheme, authority and path; empty texts where there is no scheme."""
    scheme, separator, rest = text.strip().partition("://")
    if not separator:
        return "", "", ""
    authority, slash, path = rest.partition("/")
    return scheme, authority, f"{slash}{path}"


def header_lines(settings: Settings) -> list[tuple[str, str]]:
    """Return the lines of the headers as name and value."""
    lines = _LINE.split(str(settings.get("headers") or ""))
    pairs = [line.partition(":") for line in lines if line.strip()]
    return [(name.strip(" \t"), value.strip(" \t")) for name, _, value in pairs]


def _read_body(content_type: ContentType, text: str) -> Any:
    """Return what a body holds."""
    match content_type:
        case ContentType.JSON:
            return read_json(text)
        case ContentType.FORM:
            return _parameters(text, r"&|\s*[\r\n]\s*")
    return Template.parse(text)


def _parameters(text: str, separator: str) -> tuple[Template, ...]:
    """Return the parameters of a query or form."""
    parts = re.split(separator, text)
    return tuple(Template.parse(part) for part in parts if part)


def _joined(
    parameters: tuple[Template, ...],
    values: Mapping[str, str],
    escape: Any,
    literal: Any,
) -> str:
    """Return those parameters that have all their values."""
    return "&".join(
        parameter.fill(values, escape, literal)
        for parameter in parameters
        if parameter.names <= values.keys()
    )


def _quoted(value: str) -> str:
    """Return a value for a path or query."""
    return quote(value, safe="")


def _shown_value(value: str) -> str:
    """Return a value for a URL that is only shown."""
    return quote(value, safe="*:")


def _shown_literal(text: str, *, is_name: bool) -> str:
    """Return a part of a parameter: its name, and of its value what is short."""
    name, value = _name_and_value(text) if is_name else ("", text)
    hidden = len(value) >= _SHORTEST_SECRET
    return _query_literal(name) + (_HIDDEN if hidden else _query_literal(value))


def _name_and_value(text: str) -> tuple[str, str]:
    """Return the name with its equals sign, and the rest; a lone text is a value."""
    name, equals, value = text.partition("=")
    return (f"{name}=", value) if equals else ("", text)


def _value_literals(parameter: Template) -> list[str]:
    """Return the parts of a parameter's value that are no placeholders."""
    literals = [
        _name_and_value(part.text)[1] if index == 0 else part.text
        for index, part in enumerate(parameter.parts)
        if not part.is_placeholder
    ]
    return [text for text in literals if text]


def _path_literal(text: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", text), safe=_PATH_SAFE)


def _shown_path(text: str) -> str:
    parts = text.split("/")
    return _path_literal(
        "/".join(_HIDDEN if len(part) >= _LONG_PART else part for part in parts)
    )


def _query_literal(text: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", text), safe=_QUERY_SAFE)


def _form_literal(text: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", text), safe=_QUERY_SAFE)
