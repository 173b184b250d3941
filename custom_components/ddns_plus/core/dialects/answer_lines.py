"""Lines of an answer in words: a return code, and the addresses behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_interface
from itertools import compress, islice
from operator import not_
import re

from ..address import Address
from ..net.redaction import strip_tags
from .phrases import addresses_in

# far more than any service has to say
_MOST_LINES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an answer: its first word, the addresses behind it, and the rest.

    `is_status`: the answer had no word, and its status stands for it.
    """

    text: str
    code: str
    addresses: tuple[Address, ...] = ()
    rest: str = ""
    is_status: bool = False


def read_lines(
    text: str, codes: Mapping[str, bool], phrases: Mapping[str, str]
) -> tuple[Sequence[Line], Sequence[Line]]:
    """Return the lines of an answer that may hold a return code, and the other lines.

    `codes` tells of each code whether it is one of success, `phrases` which code a
    regular expression stands for: of a success the whole line, else its beginning.
    A phrase stands for the whole answer. Of a web page only those count that have a code
    and nothing but addresses behind it: prose may begin with "good" or "abuse" too.
    """
    plain = strip_tags(text)
    texts = (line for line in plain.splitlines() if line.strip())
    lines = [_line(line) for line in islice(texts, _MOST_LINES)]
    for phrase, code in phrases.items():
        fits = re.fullmatch if codes[code] else re.match
        for line in lines:
            if fits(phrase, line.text, re.IGNORECASE):
                told = tuple(addresses_in(line.text))
                others = [each for each in lines if each is not line]
                return [Line(text=line.text, code=code, addresses=told)], others
    if plain == text:
        return lines, ()
    has_code = [line.code in codes and not line.rest for line in lines]
    return [*compress(lines, has_code)], [*compress(lines, map(not_, has_code))]


def _line(text: str) -> Line:
    """Read one line."""
    text = text.strip()
    first, *words = re.split(r"[\s,;]+", text)
    addresses: list[Address] = []
    for word in words:
        try:
            addresses.append(ip_interface(word).ip)
        except ValueError:
            break
    return Line(
        text=text,
        code=first.lower().rstrip(".:"),
        addresses=tuple(addresses),
        rest=" ".join(words[len(addresses) :]).strip(),
    )
