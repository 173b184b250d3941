"""Secrets of an account, and texts of others without them."""

from base64 import b64encode
from collections.abc import Iterable
from html.entities import html5
import re

_LONGEST_EXCERPT = 120
_TAG = re.compile(r"<[^>]*(?:>|$)")
_HIDDEN = "***"
# a secret may hold halves of characters, though none can be sent
_HALVES = "surrogatepass"
# RFC 8259, section 7
_SHORT_ESCAPES = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}


class Secrets:
    """The texts that must never be shown; more of them may be learned at any time."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """Start with these texts."""
        self._texts: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self.learn(texts)

    def learn(self, texts: Iterable[str]) -> None:
        """Add texts; they stay secret, since any later answer may hold one."""
        # outer blanks are often left out of a request
        known = self._texts.union(*({text, text.strip()} for text in texts)) - {""}
        if known != self._texts:
            self._texts, self._pattern = known, None

    def redact(self, text: str) -> str:
        """Return a text with every secret, in the forms it travels in, as `***`."""
        if not self._texts:
            return text
        if self._pattern is None:
            patterns = {each for secret in self._texts for each in _patterns(secret)}
            longest_first = sorted(patterns, key=len, reverse=True)
            self._pattern = re.compile("|".join(longest_first), re.IGNORECASE)
        return self._pattern.sub(_HIDDEN, text)

    def redact_page(self, text: str) -> str:
        """Return a text without tags and secrets."""
        # before the tags go, for secrets that hold "<", and after, for those they cut
        return self.redact(strip_tags(self.redact(text)))

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


def _patterns(secret: str) -> set[str]:
    """Return the patterns of a secret: as it is, escaped in common ways, in base64."""
    patterns = {"".join(_escaped(character) for character in secret)}
    raw = secret.encode(errors=_HALVES)
    for offset in range(3):
        # inside base64 a text has three forms, by where it begins; the characters
        # at the edges depend on its neighbours
        encoded = b64encode(bytes(offset) + raw).decode().rstrip("=")
        first = (0, 2, 3)[offset]
        last = len(encoded) - (1 if (offset + len(raw)) % 3 else 0)
        if last - first >= 4:
            core = encoded[first:last]
            forms = {core, core.replace("+", "-").replace("/", "_")}
            patterns |= {re.escape(form) for form in forms}
    return patterns


def _escaped(character: str) -> str:
    """Return the pattern of a character as it is, or escaped for URLs, JSON or HTML.

    JSON may be nested. Its writers differ in what they escape: Go "&", PHP "/".
    """
    if character.isascii() and character.isalnum():
        return character
    code, utf16 = ord(character), character.encode("utf-16-be", _HALVES).hex()
    names = [name for name, value in html5.items() if value == character]
    forms = {
        rf"\\{{0,7}}{re.escape(character)}",
        "".join(f"%{byte:02x}" for byte in character.encode(errors=_HALVES)),
        "".join(rf"\\{{1,7}}u{utf16[i : i + 4]}" for i in range(0, len(utf16), 4)),
        rf"&#0{{0,4}}{code};",
        rf"&#x0{{0,4}}{code:x};",
        *(re.escape(f"&{name}") for name in names),
    }
    if character == " ":
        forms.add(r"\+")
    elif character in _SHORT_ESCAPES:
        forms.add(rf"\\{{1,7}}{_SHORT_ESCAPES[character]}")
    return f"(?:{'|'.join(sorted(forms, key=len, reverse=True))})"
