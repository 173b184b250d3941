"""How to read the address out of a web service's answer, and check what a user set for it."""

import json
import re

from yarl import URL

from ...address import Address, parse_address
from ...net.regex_search import search
from ..methods import Format
from ..source import FailureReason, SourceError, SourceFailure

# the path of a JSON value: keys and list indices between dots
_JSON_PATH = re.compile(r"[^\s.]+(?:\.[^\s.]+)*")
# one label of words, a colon, and one more word, as in "Current IP Address: 192.0.2.1"
_LABELLED = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)*:[ \t]*(\S+)")
_LENGTH = re.compile(r"[0-9]{1,3}")
_OFF = "off"


# what the request asks for, so that a service does not send its page for people
ACCEPT: dict[Format, str] = {
    Format.JSON: "application/json",
    Format.LABELLED: "text/plain",
    Format.PLAIN: "text/plain",
    Format.REGEX: "text/plain, text/html;q=0.9, */*;q=0.1",
    Format.TRACE: "text/plain",
}


def check_expression(answer: Format, expression: str) -> str | None:
    """Return the error key of an expression that does not fit the format, None if it does."""
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
    """Return the one address that a body tells.

    The body, or the part that the expression picks, must be the address and nothing
    else: the first address in a text is often another one. `of_interface` lets that part
    have a prefix length, as routers write the address of an interface. Raises SourceError.
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
            # a page for people where an address should be
            captive_portal=body.lstrip().startswith(b"<"),
        )
    # outside of the handler: a chained exception would carry the body
    raise SourceError(failure)


def _labelled(text: str) -> str:
    """Return what stands behind the one label. Raises ValueError when there is more."""
    labelled = _LABELLED.fullmatch(text.strip())
    if labelled is None:
        raise ValueError("not one label and one word")
    return labelled[1]


def _interface_address(text: str) -> Address:
    """Read the address of an interface, with its prefix length ("192.0.2.1/24") or without.

    Raises ValueError, also for the address of the network itself, which no host has.
    """
    text, slash, length = text.strip().partition("/")
    address = parse_address(text)
    if slash:
        if not _LENGTH.fullmatch(length) or int(length) > address.max_prefixlen:
            raise ValueError("not a prefix length")
        host_bits = address.max_prefixlen - int(length)
        # where only two addresses are, both are hosts' (RFC 3021, RFC 6164)
        if host_bits > 1 and int(address) % (1 << host_bits) == 0:
            raise ValueError("a network is not an address")
    return address


def _traced(text: str, url: URL) -> str:
    """Return the address of a Cloudflare trace.

    Raises ValueError, SourceError when it is not about this connection. Source: seen
    answers of /cdn-cgi/trace; it has no documentation.
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
