"""Formats of web services' answers: parsing, and checks of custom expressions."""

import json
import re

from yarl import URL

from ...address import Address, parse_address
from ...net.regex_search import search
from ..methods import Format
from ..source import FailureReason, SourceError, SourceFailure

# path of a JSON value: keys and list indices, separated by dots
_JSON_PATH = re.compile(r"[^\s.]+(?:\.[^\s.]+)*")
# a label, a colon and one word, as in "Current IP Address: 192.0.2.1"
_LABELLED = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)*:[ \t]*(\S+)")
_LENGTH = re.compile(r"[0-9]{1,3}")
_OFF = "off"


# Accept header, so that a service does not send its web page
ACCEPT: dict[Format, str] = {
    Format.JSON: "application/json",
    Format.LABELLED: "text/plain",
    Format.PLAIN: "text/plain",
    Format.REGEX: "text/plain, text/html;q=0.9, */*;q=0.1",
    Format.TRACE: "text/plain",
}


def check_expression(answer: Format, expression: str) -> str | None:
    """Return the error key of an expression unfit for the format, else None."""
    if answer not in (Format.JSON, Format.REGEX):
        return "expression_not_used" if expression else None
    if not expression:
        return "expression_missing"
    if answer is Format.JSON:
        return None if _JSON_PATH.fullmatch(expression) else "invalid_json_path"
    try:
        pattern = re.compile(expression)
    except re.PatternError, OverflowError, RecursionError:
        return "invalid_regex"
    return None if pattern.groups == 1 else "regex_groups"


async def read_answer(
    answer: Format,
    body: bytes,
    *,
    url: URL,
    expression: str = "",
    of_interface: bool = False,
) -> Address:
    """Return the only address in a body.

    The body, or the part selected by the expression, must be the address alone: the
    first address in a text is often another one. With `of_interface` that part may have
    a prefix length, as routers write it. Raises SourceError.
    """
    try:
        match answer:
            case Format.PLAIN:
                return parse_address(body.decode("ascii"))
            case Format.LABELLED:
                return parse_address(_labelled(body.decode("ascii")))
            case Format.TRACE:
                return parse_address(_traced(body.decode("ascii"), url))
            case Format.JSON:
                text = _picked(json.loads(body), expression)
            case Format.REGEX:
                text = await search(expression, body.decode(errors="replace"))
        return _interface_address(text) if of_interface else parse_address(text)
    except ValueError, LookupError, RecursionError:
        failure = SourceFailure(
            FailureReason.NOT_AN_ADDRESS,
            # a web page in place of an address
            captive_portal=body.lstrip().startswith(b"<"),
        )
    # outside the handler: a chained exception would carry the body
    raise SourceError(failure)


def _labelled(text: str) -> str:
    """Return the word after the only label. Raises ValueError for other text."""
    labelled = _LABELLED.fullmatch(text.strip())
    if labelled is None:
        raise ValueError("not one label and one word")
    return labelled[1]


def _interface_address(text: str) -> Address:
    """Return an interface's address, with or without prefix length ("192.0.2.1/24").

    Raises ValueError, also for a network address, which no host has.
    """
    text, slash, length = text.strip().partition("/")
    address = parse_address(text)
    if slash:
        if not _LENGTH.fullmatch(length) or int(length) > address.max_prefixlen:
            raise ValueError("not a prefix length")
        host_bits = address.max_prefixlen - int(length)
        # a network of two addresses has two hosts (RFC 3021, RFC 6164)
        if host_bits > 1 and int(address) % (1 << host_bits) == 0:
            raise ValueError("a network is not an address")
    return address


def _traced(text: str, url: URL) -> str:
    """Return the address of a Cloudflare trace.

    Raises ValueError, and SourceError if it is not about this connection. Source:
    observed answers of /cdn-cgi/trace, which is undocumented.
    """
    lines = [line.partition("=") for line in text.splitlines() if line]
    fields = {name: value for name, _, value in lines}
    if len(fields) != len(lines):
        raise ValueError("a trace has each field once")
    if fields.get("h", "").lower() not in (url.raw_host, url.host_port_subcomponent):
        raise SourceError(FailureReason.WRONG_HOST)
    if any(fields.get(tunnel, _OFF) != _OFF for tunnel in ("warp", "gateway")):
        raise SourceError(FailureReason.TUNNELLED)
    return fields.get("ip", "")


def _picked(value: object, path: str) -> str:
    """Return the text at a path. Raises LookupError, ValueError."""
    for step in path.split("."):
        match value:
            case dict():
                value = value[step]
            case list() if step.isascii() and step.isdecimal():
                value = value[int(step)]
            case _:
                raise LookupError("the path goes on where the data ends")
    if not isinstance(value, str):
        raise ValueError("an address is a text")  # noqa: TRY004 - it is the server's
    return value
