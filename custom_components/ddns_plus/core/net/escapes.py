"""Texts freed of their escapes, with the place that each character came from."""

from collections.abc import Iterator
from dataclasses import dataclass
import html
import re

# a secret may hold halves of characters, though none can be sent
HALVES = "surrogatepass"
# URLs (RFC 3986 2.1, forms), HTML, JSON (RFC 8259 7), and a line that was broken
_COMMON = re.compile(
    r"(?:%[0-9a-f]{2})+|%u[0-9a-f]{4}|(?:\\u[0-9a-f]{4})+|\\x[0-9a-f]{2}|\\[^\r\n]|\+"
    r"|&(?:#[0-9]{1,8}|#x[0-9a-f]{1,8}|[a-z][a-z0-9]{1,31});|[\r\n]+",
    re.IGNORECASE | re.DOTALL,
)
# RFC 2045, 6.7; apart from the others: "key=ab" is rather a word and its value
_SOFT_BREAK = re.compile(r"=\r?\n")
_QUOTED_PRINTABLE = re.compile(r"(?:=[0-9A-F]{2})+")
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LEVELS = 3


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text whose character `i` came from `starts[i]` to `ends[i]`."""

    text: str
    starts: list[int]
    ends: list[int]

    def without(self, escapes: re.Pattern[str]) -> Decoded:
        """Return the text without one level of some escapes; itself if it has none."""
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        after = 0
        for found in escapes.finditer(self.text):
            place = found.start()
            parts.append(self.text[after:place])
            starts += self.starts[after:place]
            ends += self.ends[after:place]
            for character, width in _characters(found[0]):
                parts.append(character)
                starts.append(self.starts[place])
                place += width
                ends.append(self.ends[place - 1])
            after = found.end()
        if not after:
            return self
        return Decoded(
            "".join((*parts, self.text[after:])),
            starts + self.starts[after:],
            ends + self.ends[after:],
        )


def levels(text: str) -> Iterator[Decoded]:
    """Return a text as it is, and without one, two and three levels of escapes.

    The time grows with the length of the text.
    """
    level = Decoded(text, list(range(len(text))), list(range(1, len(text) + 1)))
    yield level
    quoted = level.without(_SOFT_BREAK).without(_QUOTED_PRINTABLE)
    if quoted is not level:
        yield quoted
    for _ in range(_LEVELS):
        inner = level.without(_COMMON)
        if inner is level:
            return
        yield inner
        level = inner


def _characters(escape: str) -> Iterator[tuple[str, int]]:
    """Return the characters that an escape stands for, each with its length in it."""
    mark, kind, rest = escape[0], escape[1:2].lower(), escape[2:]
    if mark in "\r\n" or escape[1:] in ("\n", "\r\n"):
        return
    if mark == "+":
        yield " ", 1
    elif mark == "&":
        yield html.unescape(escape)[0], len(escape)
    elif mark == "%" and kind == "u":
        yield chr(int(rest, 16)), 6
    elif mark in "%=":
        raw = bytes.fromhex(escape.replace(mark, ""))
        try:
            for character in raw.decode(errors=HALVES):
                yield character, 3 * len(character.encode(errors=HALVES))
        except UnicodeDecodeError:
            for byte in raw:
                yield chr(byte), 3
    elif kind == "u" and rest:
        utf16 = bytes.fromhex(re.sub(r"\\u", "", escape, flags=re.IGNORECASE))
        for character in utf16.decode("utf-16-be", HALVES):
            yield character, 3 * len(character.encode("utf-16-be", HALVES))
    elif kind == "x" and rest:
        yield chr(int(rest, 16)), 4
    else:
        yield _SHORT.get(kind, escape[1:]), 2


def lower(text: str) -> str:
    """Return a text in lower case, of the same length."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(each.lower() if len(each.lower()) == 1 else each for each in text)
