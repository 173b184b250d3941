"""Paging of the lists of an API: page numbers, offsets, cursors, links."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import re
from typing import Any, Protocol

from yarl import URL

_LINK = re.compile(r'<([^<>]*)>\s*;[^,]*\brel="?next"?')


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A successful answer; `body` is None where there is none."""

    body: Any
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A page that was read: what was sent for it, and the number of items so far.

    `full` is True if the page has as many items as were asked for.
    """

    answer: Answer
    sent: Mapping[str, str]
    count: int
    full: bool


type More = Callable[[Progress], bool]


class Paging(Protocol):
    """A way to ask for a list in parts; `size` names the parameter of a page's size."""

    @property
    def size(self) -> str:
        """Return the parameter, empty where pages have a size of their own."""

    def first(self) -> Mapping[str, str]:
        """Return the parameters of the first page, without its size."""

    def following(self, page: Progress) -> Mapping[str, str] | None:
        """Return the parameters of the next page, None after the last one."""


def at(body: Any, path: str) -> Any:
    """Return the value at a dotted path of a body, None where there is none.

    A part is a key, the number of an item from 0, or "*" for all items.
    """
    key, _, rest = path.partition(".")
    match body:
        case list() if key == "*":
            found: Any = [at(each, rest) if rest else each for each in body]
            return found
        case list() if key.isdecimal():
            found = body[int(key)] if int(key) < len(body) else None
        case dict():
            found = body.get(key)
        case _:
            return None
    return at(found, rest) if rest else found


def while_there_is(path: str) -> More:
    """Return a rule: go on while the body has something at a path."""
    return lambda page: bool(at(page.answer.body, path))


def until_page(page: str, last: str) -> More:
    """Return a rule: go on until the number of the page is that of the last one."""
    return lambda read: at(read.answer.body, page) < at(read.answer.body, last)


def until_total(path: str) -> More:
    """Return a rule: go on until as many items were read as the body tells."""
    return lambda page: page.count < int(at(page.answer.body, path))


def until_total_in_header(name: str) -> More:
    """Return a rule: go on until as many items were read as a header tells, if it does."""
    return lambda page: page.count < int(page.answer.headers.get(name, page.count + 1))


def while_full(page: Progress) -> bool:
    """Return True if a page has as many items as were asked for."""
    return page.full


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A list in one piece."""

    size: str = ""

    def first(self) -> Mapping[str, str]:
        """Return no parameters."""
        return {}

    def following(self, page: Progress) -> None:
        """Return None: there is no other page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """Pages by number."""

    page: str = "page"
    size: str = "per_page"
    start: int = 1
    more: More = while_full

    def first(self) -> Mapping[str, str]:
        """Return the number of the first page."""
        return {self.page: str(self.start)}

    def following(self, page: Progress) -> Mapping[str, str] | None:
        """Return the next number."""
        if not self.more(page):
            return None
        return {self.page: str(int(page.sent[self.page]) + 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset:
    """Pages by the number of items before them."""

    offset: str = "offset"
    size: str = "limit"
    more: More = while_full

    def first(self) -> Mapping[str, str]:
        """Return an offset of nothing."""
        return {self.offset: "0"}

    def following(self, page: Progress) -> Mapping[str, str] | None:
        """Return the number of items read so far."""
        return {self.offset: str(page.count)} if self.more(page) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Pages by a cursor or token, which stands in the body of the page before."""

    path: str
    cursor: str = "cursor"
    size: str = "per_page"

    def first(self) -> Mapping[str, str]:
        """Return no cursor."""
        return {}

    def following(self, page: Progress) -> Mapping[str, str] | None:
        """Return the cursor that the body names."""
        found = at(page.answer.body, self.path)
        return {self.cursor: str(found)} if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHeader:
    """Pages by the header Link (RFC 8288); `start` is sent for the first page.

    Only the named parameters of a link are taken: a link may lead to any host.
    """

    parameters: tuple[str, ...] = ("page",)
    size: str = "per_page"
    start: Mapping[str, str] = field(default_factory=dict)

    def first(self) -> Mapping[str, str]:
        """Return the parameters of the first page."""
        return self.start

    def following(self, page: Progress) -> Mapping[str, str] | None:
        """Return the parameters of the next link."""
        if (link := _LINK.search(page.answer.headers.get("Link", ""))) is None:
            return None
        try:
            query = URL(link[1]).query
        except ValueError:
            return None
        found = {name: query[name] for name in self.parameters if query.get(name)}
        return found or None
