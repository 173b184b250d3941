"""Secrets of an account, and texts of others without them."""

from base64 import b64encode
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
import re

from .escapes import HALVES, levels, lower

_LONGEST_EXCERPT = 120
# characters: an excerpt looks at no more, so that its time has a bound
_WINDOW = 2048
_BEFORE = 256
_TAG = re.compile(r"<[^>]*(?:>|$)")
_BEFORE_FIRST_WORD = re.compile(r"(?:\s|<[^>]*(?:>|$))*+")
_HIDDEN = "***"
# characters: a shorter piece of a secret may as well be a word
_SHORTEST_PIECE = 8
# characters by which needles are found; shorter ones are found by all of theirs
_GRAM = 4


class Secrets:
    """The texts that must never be shown; more of them may be learned at any time."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """Start with these texts."""
        self._texts: frozenset[str] = frozenset()
        self._needles: _Needles | None = None
        self.learn(texts)

    def learn(self, texts: Iterable[str]) -> None:
        """Add texts; they stay secret, since any later answer may hold one."""
        # outer blanks are often left out of a request
        known = self._texts.union(*({text, text.strip()} for text in texts)) - {""}
        if known != self._texts:
            self._texts, self._needles = known, None

    def redact(self, text: str) -> str:
        """Return a text with every secret, in the forms it travels in, as `***`.

        The time grows with the length of the text, not with the number of secrets.
        """
        if not self._texts or not text:
            return text
        if self._needles is None:
            self._needles = _Needles(self._texts)
        shown: list[str] = []
        after = 0
        for start, end in _merged(self._needles.spans(text)):
            shown += (text[after:start], _HIDDEN)
            after = end
        return "".join((*shown, text[after:]))

    def redact_page(self, text: str) -> str:
        """Return the beginning of a text without tags and secrets."""
        found = _BEFORE_FIRST_WORD.match(text)
        first = found.end() if found else 0
        # at a tag, so that none is cut; some are looked at, for secrets that hold "<"
        start = text.find("<", max(0, first - _BEFORE), first)
        text = self.redact(text[start if start >= 0 else first : first + _WINDOW])
        plain = strip_tags(text)
        return plain if plain == text else self.redact(plain)

    def excerpt(self, text: str) -> str:
        """Return the beginning of an answer, fit to be shown: no tags, no secrets."""
        text = self.redact_page(text)
        text = "".join(each if each.isprintable() else " " for each in text)
        text = " ".join(text.split())
        if len(text) > _LONGEST_EXCERPT:
            text = f"{text[: _LONGEST_EXCERPT - 1]}…"
        return text


def strip_tags(text: str) -> str:
    """Return the text of a web page, with a new line where a tag was."""
    return _TAG.sub("\n", text)


class _Needle:
    """Half of a secret, or the whole, and the secrets that begin or end with it."""

    def __init__(self) -> None:
        """Start with no secret."""
        self.beginnings: list[str] = []
        # from their last character to their first
        self.ends: list[str] = []

    def span(self, text: str, start: int, end: int) -> tuple[int, int]:
        """Return where a secret, or what was left of it, stands around the needle."""
        behind = _longest_common(self.beginnings, text, start)
        before = _longest_common(self.ends, text[end - 1 :: -1], 0)
        return min(start, end - before), max(end, start + behind)


class _Needles:
    """The forms of secrets to look for, found by their first characters."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Derive the forms."""
        # the first characters -> length -> needle
        self._by_gram: dict[str, dict[int, dict[str, _Needle]]] = {}
        for secret in secrets:
            for form in _encoded(secret):
                self._needle(form).beginnings[:] = [form]
        for whole in {form for secret in secrets for form in _plain(secret)}:
            insort(self._needle(whole).beginnings, whole)
            half = max(_SHORTEST_PIECE, (len(whole) + 1) // 2)
            if half < len(whole):
                insort(self._needle(whole[:half]).beginnings, whole)
                insort(self._needle(whole[-half:]).ends, whole[::-1])
        self._grams = {len(gram) for gram in self._by_gram}

    def _needle(self, text: str) -> _Needle:
        """Return the needle of a text."""
        lengths = self._by_gram.setdefault(text[:_GRAM], {})
        return lengths.setdefault(len(text), {}).setdefault(text, _Needle())

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Return where secrets stand in a text, in any order; spans may overlap."""
        for level in levels(text):
            for start, end in self._found(lower(level.text)):
                yield level.starts[start], level.ends[end - 1]

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        """Return where secrets stand in a text as it is."""
        for gram in self._grams:
            for start in range(len(text) - gram + 1):
                lengths = self._by_gram.get(text[start : start + gram])
                for length, needles in lengths.items() if lengths else ():
                    end = start + length
                    if needle := needles.get(text[start:end]):
                        yield needle.span(text, start, end)


def _longest_common(texts: list[str], other: str, start: int) -> int:
    """Return how many characters at most one of sorted texts has in common with another."""
    if not texts:
        return 0
    part = other[start : start + max(len(text) for text in texts)]
    place = bisect_left(texts, part)
    return max(_common(text, part) for text in texts[max(0, place - 1) : place + 1])


def _common(text: str, other: str) -> int:
    """Return how many characters two texts have in common at their beginning."""
    least = min(len(text), len(other))
    return bisect_left(
        range(1, least + 1), True, key=lambda count: text[:count] != other[:count]
    )


def _plain(secret: str) -> Iterator[str]:
    """Return a secret with and without its escapes."""
    yield lower(secret)
    # what is left of a short one without its escapes would hide half of an answer
    yield from (
        lower(level.text) for level in levels(secret) if len(level.text) >= _GRAM
    )


def _encoded(secret: str) -> Iterator[str]:
    """Return a secret in hexadecimal and in base64."""
    raw = secret.encode(errors=HALVES)
    if len(raw) >= _GRAM:
        yield raw.hex()
        yield from (form.lower() for form in _in_base64(raw))


def _in_base64(raw: bytes) -> Iterator[str]:
    """Return what of a text is the same in base64 wherever it stands.

    A text has three forms, by where it begins. The characters at its edges depend on
    its neighbours.
    """
    for offset in range(3):
        encoded = b64encode(bytes(offset) + raw).decode().rstrip("=")
        first = (0, 2, 3)[offset]
        last = len(encoded) - (1 if (offset + len(raw)) % 3 else 0)
        if last - first >= _GRAM:
            core = encoded[first:last]
            yield core
            yield core.replace("+", "-").replace("/", "_")


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Return spans in order, those as one that overlap."""
    begin, end = 0, 0
    for start, stop in sorted(spans):
        if start >= end:
            if end:
                yield begin, end
            begin = start
        end = max(end, stop)
    if end:
        yield begin, end
