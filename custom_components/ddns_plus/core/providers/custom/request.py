"""Custom request with placeholders, and its filling in.

Values are escaped for the place that they stand in, so that none of them can become
another parameter, header or part of JSON. Sources: RFC 3986 for URLs, RFC 9110 (5.5, 5.6.2)
for headers, the URL standard of WHATWG (2026-10) for forms.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
import json
import re
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

from multidict import CIMultiDict
from yarl import URL

from ...errors import Refused
from .fields import ContentType
from .template import CREDENTIALS, Escape, Template, fill_json, templates_in

CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PATH_SAFE = "/:@!$&'()*+,;=~%-._"
_QUERY_SAFE = f"{_PATH_SAFE}?"
# shorter texts are hardly secrets, and would hide half of an answer
_SHORTEST_SECRET = 4
_HIDDEN = "***"
# longer ones are looked for word by word
_LONGEST_WHOLE = 200
# the parts of a path that are a token rather than a word
_LONG_PART = 16
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

    The body is a JSON value, the parameters of a form, or one text.
    """

    method: str
    origin: str
    path: Template
    query: tuple[Template, ...]
    headers: Mapping[str, Template] = field(repr=False)
    content_type: ContentType
    body: Any = field(repr=False)

    @property
    def names(self) -> frozenset[str]:
        """Return the names of all placeholders."""
        templates = (self.path, *self.query, *self.headers.values())
        return _names(*templates, *templates_in(self.body))

    @property
    def needed(self) -> frozenset[str]:
        """Return the names of placeholders in places that cannot be left out."""
        body = [self.body] if isinstance(self.body, Template) else []
        return _names(self.path, *self.headers.values(), *body)

    @property
    def secrets(self) -> frozenset[str]:
        """Return what the user wrote in places where secrets may be."""
        values = [
            part
            for literal in self.path.literals
            for part in literal.split("/")
            if len(part) >= _LONG_PART
        ]
        body = templates_in(self.body, keys=False)
        for template in (*self.query, *self.headers.values(), *body):
            values += template.literals
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
            error = Refused("needs_both_families", reason="request_needs_both_families")
        except ValueError, RecursionError:
            error = Refused(reason="invalid_request")
        # outside of the handlers: a chained exception could carry what was filled in
        raise error

    def _filled(self, values: Mapping[str, str]) -> FilledRequest:
        """Return the request with values. Raises KeyError, ValueError."""
        path = self.path.fill(values, _quoted, _path_literal)
        query = _joined(self.query, values, _quoted, _query_literal)
        headers = CIMultiDict(
            (name, template.fill(values)) for name, template in self.headers.items()
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
        query = _joined(self.query, values, _shown_value, _shown_literal)
        return f"{self.origin}{path}{'?' if query else ''}{query}"

    def _filled_body(self, values: Mapping[str, str]) -> bytes | None:
        """Return the body as it is sent. Raises KeyError, ValueError."""
        if self.body is None:
            return None
        match self.content_type:
            case ContentType.JSON:
                return json.dumps(fill_json(self.body, values)).encode()
            case ContentType.FORM:
                return _joined(self.body, values, quote_plus, _query_literal).encode()
        if any(CONTROL.search(value) for value in values.values()):
            raise ValueError("a value is one line")
        text: str = self.body.fill(values)
        return text.encode()


def _names(*templates: Template) -> frozenset[str]:
    return frozenset().union(*(template.names for template in templates))


def _joined(
    parameters: tuple[Template, ...],
    values: Mapping[str, str],
    escape: Escape,
    literal: Escape,
) -> str:
    """Return those parameters that have all their values."""
    return "&".join(
        _query_literal(parameter.name) + parameter.fill(values, escape, literal)
        for parameter in parameters
        if parameter.names <= values.keys()
    )


def _quoted(value: str) -> str:
    return quote(value, safe="")


def _shown_value(value: str) -> str:
    return quote(value, safe="*:")


def _shown_literal(text: str) -> str:
    return _HIDDEN if len(text) >= _SHORTEST_SECRET else _query_literal(text)


def _path_literal(text: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", text), safe=_PATH_SAFE)


def _shown_path(text: str) -> str:
    parts = text.split("/")
    return _path_literal(
        "/".join(_HIDDEN if len(part) >= _LONG_PART else part for part in parts)
    )


def _query_literal(text: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", text), safe=_QUERY_SAFE)
