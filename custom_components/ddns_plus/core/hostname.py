"""Hostnames as DNS knows them: IDNA, wildcards, and the zone they belong to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
import re
from typing import Self

import idna

_LABEL = re.compile(r"(?!-)[a-z0-9_-]+(?<!-)")
_URL = re.compile(r"[/:@?#\\]")
_EMAIL = re.compile(r"[^@/:?#\\]+@[^@/:?#\\]+")
# a URL, or what is left of one, with nothing but a host to take from it
_HOST_IN_URL = re.compile(
    r"(?:https?://)?([^/:@?#\\]+)(?::\d{1,5})?(?:[/?#].*)?", re.IGNORECASE
)
_BETWEEN_NAMES = re.compile(r"[\s,;]+")
_HOST_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_WILDCARD = "*"
_PREFIX = "xn--"
_LONGEST_LABEL = 63
_LONGEST_NAME = 253
# what is ignored in a name may make its text longer, but not for ever
_LONGEST_TEXT = 1000


class HostnameProblem(StrEnum):
    """What is wrong with a text that should be a hostname."""

    ADDRESS = "hostname_is_address"
    BLANKS = "hostname_has_blanks"
    EMAIL = "hostname_is_email"
    EMPTY = "hostname_empty"
    EMPTY_LABEL = "hostname_empty_label"
    LABEL = "hostname_bad_label"
    NOT_QUALIFIED = "hostname_not_qualified"
    NUMBER = "hostname_ends_in_number"
    TOO_LONG = "hostname_too_long"
    URL = "hostname_is_url"
    WILDCARD = "hostname_bad_wildcard"


class InvalidHostnameError(ValueError):
    """A text that is no hostname."""

    def __init__(self, problem: HostnameProblem) -> None:
        """Keep the problem."""
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True, order=True)
class Hostname:
    """A fully qualified name in its one canonical form: lower case, punycode, no trailing dot."""

    fqdn: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what a person typed: any case, IDNA or punycode, an optional trailing dot.

        Raises InvalidHostnameError that says what is wrong. Sources: RFC 1035, 4592,
        5891; UTS 46 for case, width and the other full stops.
        """
        if len(text) > _LONGEST_TEXT:
            raise InvalidHostnameError(HostnameProblem.TOO_LONG)
        try:
            name = idna.uts46_remap(text.strip(), std3_rules=False).strip()
        except idna.IDNAError as err:
            raise InvalidHostnameError(HostnameProblem.LABEL) from err
        _raise_for_other_things(name)
        labels = name.removesuffix(".").split(".")
        if not all(labels):
            raise InvalidHostnameError(HostnameProblem.EMPTY_LABEL)
        labels = [_ascii_label(label, index) for index, label in enumerate(labels)]
        if len(labels) - (labels[0] == _WILDCARD) < 2:
            raise InvalidHostnameError(HostnameProblem.NOT_QUALIFIED)
        if labels[-1].isdigit():
            # else it could be taken for an address (RFC 3696, 2)
            raise InvalidHostnameError(HostnameProblem.NUMBER)
        fqdn = ".".join(labels)
        if len(fqdn) > _LONGEST_NAME:
            raise InvalidHostnameError(HostnameProblem.TOO_LONG)
        return cls(fqdn)

    def __str__(self) -> str:
        """Return the name as it stands in DNS."""
        return self.fqdn

    @property
    def unicode(self) -> str:
        """Return the name as people write it."""
        return ".".join(_unicode_label(label) for label in self.fqdn.split("."))

    @property
    def wildcard(self) -> bool:
        """Return whether the name stands for all names below its parent."""
        return self.fqdn.startswith(f"{_WILDCARD}.")

    @property
    def parent(self) -> Hostname | None:
        """Return the name one label up, or None when only the top-level domain is left."""
        _, _, rest = self.fqdn.partition(".")
        return Hostname(rest) if "." in rest else None

    def within(self, zone: Hostname) -> bool:
        """Return whether the name is the zone's apex or below it."""
        return self.fqdn == zone.fqdn or self.fqdn.endswith(f".{zone.fqdn}")

    def relative_to(self, zone: Hostname) -> str:
        """Return the part left of the zone, empty at the apex.

        Raises ValueError when the name is outside the zone.
        """
        if not self.within(zone):
            raise ValueError("the name is outside the zone")
        return self.fqdn[: -len(zone.fqdn)].rstrip(".")

    def zone(self, zones: Iterable[Hostname]) -> Hostname | None:
        """Return the zone with the longest suffix of this name."""
        matches = [zone for zone in zones if self.within(zone)]
        return max(matches, key=lambda zone: len(zone.fqdn), default=None)


def hostnames_in(text: str) -> Sequence[Hostname]:
    """Return the hostnames that a person typed: one, a list of them, or that of a URL.

    Raises InvalidHostnameError that says what is wrong.
    """
    if len(text) > _LONGEST_TEXT:
        raise InvalidHostnameError(HostnameProblem.TOO_LONG)
    parts = [part for part in _BETWEEN_NAMES.split(text) if part]
    try:
        return [_one_in(part) for part in parts or [text]]
    except InvalidHostnameError:
        if len(parts) < 2:
            raise
        # which part is wrong is not known if it is no list
        return [Hostname.parse(text)]


def is_host(text: str) -> bool:
    """Return True if a text is an address, or can be the name of a host."""
    try:
        ip_address(text)
    except ValueError:
        labels = text.removesuffix(".").split(".")
        # digits alone would be a mistyped address
        return all(map(_HOST_LABEL.fullmatch, labels)) and not labels[-1].isdecimal()
    return True


def _one_in(text: str) -> Hostname:
    """Return the hostname of a text without blanks. Raises InvalidHostnameError."""
    found = _HOST_IN_URL.fullmatch(text)
    return Hostname.parse(found[1] if found else text)


def _raise_for_other_things(name: str) -> None:
    """Raise InvalidHostnameError for what people type where a hostname should be."""
    if not name:
        raise InvalidHostnameError(HostnameProblem.EMPTY)
    if any(character.isspace() or character in ",;" for character in name):
        raise InvalidHostnameError(HostnameProblem.BLANKS)
    if _is_address(name):
        raise InvalidHostnameError(HostnameProblem.ADDRESS)
    if _EMAIL.fullmatch(name):
        raise InvalidHostnameError(HostnameProblem.EMAIL)
    if _URL.search(name):
        raise InvalidHostnameError(HostnameProblem.URL)


def _is_address(name: str) -> bool:
    """Return whether a text is an address, or part of one."""
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return name.replace(".", "").isdigit()
    return True


def _ascii_label(label: str, index: int) -> str:
    """Return a label's canonical form."""
    if _WILDCARD in label:
        if index == 0 and label == _WILDCARD:
            return label
        raise InvalidHostnameError(HostnameProblem.WILDCARD)
    # punycode takes long for long texts, and is never shorter than what it stands for
    encoded = label if label.isascii() else _punycode(label[: _LONGEST_LABEL + 1])
    if len(encoded) > _LONGEST_LABEL:
        raise InvalidHostnameError(HostnameProblem.TOO_LONG)
    try:
        if not label.isascii():
            encoded = idna.alabel(label).decode()
        elif label.startswith(_PREFIX) and _punycode(_decoded(label)) != label:
            raise InvalidHostnameError(HostnameProblem.LABEL)
    except UnicodeError as err:
        raise InvalidHostnameError(HostnameProblem.LABEL) from err
    if not _LABEL.fullmatch(encoded):
        raise InvalidHostnameError(HostnameProblem.LABEL)
    return encoded


def _unicode_label(label: str) -> str:
    """Return a label as people write it, as it stands where IDNA cannot tell.

    An emoji domain is such: it exists in DNS, but IDNA does not know it any more.
    """
    if not label.startswith(_PREFIX):
        return label
    try:
        return idna.ulabel(label)
    except UnicodeError:
        return label


def _punycode(text: str) -> str:
    """Return a label in punycode (RFC 3492), whatever IDNA thinks of it."""
    return f"{_PREFIX}{text.encode('punycode').decode()}"


def _decoded(label: str) -> str:
    """Return what a label in punycode stands for; raises UnicodeError if it is none."""
    return label.removeprefix(_PREFIX).encode().decode("punycode")
