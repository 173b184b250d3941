"""Problems of a custom request, by the field that has them."""

from collections.abc import Mapping
import re

from ...dialects.server_url import server_url_problem
from ...provider_info import Settings
from .answer import PATTERNS
from .fields import AddressMode, Authentication
from .request import CONTROL, ContentType, RequestTemplate, header_lines, split_url
from .template import (
    ADDRESSES,
    CREDENTIALS,
    LONGEST_BODY,
    json_problem,
    template_problem,
)

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# what the connection itself sends
_NOT_ALLOWED = frozenset(
    {"connection", "content-length", "expect", "host", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "user-agent"}
)


def settings_problems(settings: Settings) -> Mapping[str, str]:
    """Return what is wrong with the settings: field key -> error key."""
    wrong: dict[str, str] = {}
    url = str(settings.get("url") or "").strip()
    authentication = str(settings.get("authentication") or Authentication.NONE)
    if problem := url_problem(url, bool(settings.get("allow_http"))):
        wrong["url"] = problem
    authorizes = authentication != Authentication.NONE
    if problem := headers_problem(settings, authorizes):
        wrong["headers"] = problem
    if problem := body_problem(settings):
        wrong["body"] = problem
    for key in PATTERNS:
        if not _is_pattern(str(settings.get(key) or "")):
            wrong[key] = "pattern_malformed"
    if not wrong:
        names = RequestTemplate.from_settings(settings).names
        wrong |= _credentials_problems(settings, authentication, names)
        both = settings.get("address_mode") == AddressMode.BOTH
        if not names & ADDRESSES:
            wrong["url"] = "address_missing"
        elif both and names & {"address", "family", "record_type"}:
            wrong["address_mode"] = "address_of_which_family"
    return wrong


def url_problem(text: str, allow_http: bool) -> str | None:
    """Return the error key of what is wrong with a URL that has placeholders."""
    scheme, authority, _ = split_url(text.partition("?")[0])
    if not authority:
        return "server_url_malformed"
    if "{" in scheme + authority or "}" in scheme + authority:
        return "placeholder_in_host"
    if "#" in text:
        return "url_has_fragment"
    if problem := server_url_problem(f"{scheme}://{authority}/", allow_http):
        return problem
    if CONTROL.search(text) or not _is_encodable(text):
        return "server_url_malformed"
    return template_problem(text)


def headers_problem(settings: Settings, authorizes: bool) -> str | None:
    """Return the error key of what is wrong with the headers.

    `authorizes`: there is an Authorization header already.
    """
    seen: set[str] = set()
    for name, value in header_lines(settings):
        if (
            len(value) > LONGEST_BODY
            or not _HEADER_NAME.fullmatch(name)
            or not value
            or CONTROL.search(value)
        ):
            return "headers_malformed"
        if name.lower() in _NOT_ALLOWED:
            return "header_not_allowed"
        if name.lower() in seen:
            return "header_twice"
        if name.lower() == "authorization" and authorizes:
            return "authorization_twice"
        if problem := template_problem(value):
            return problem
        seen.add(name.lower())
    return None


def body_problem(settings: Settings) -> str | None:
    """Return the error key of what is wrong with the body."""
    text = str(settings.get("body") or "").strip()
    if not _is_encodable(text):
        return "body_malformed"
    if len(text) > LONGEST_BODY:
        return "body_too_long"
    if text and (settings.get("content_type") or "json") == ContentType.JSON.value:
        return json_problem(text)
    return template_problem(text)


def _credentials_problems(
    settings: Settings, authentication: str, names: frozenset[str]
) -> Mapping[str, str]:
    """Return which credentials are needed but missing, or are given for nothing."""
    used = names & CREDENTIALS
    if authentication == Authentication.BASIC:
        used |= {"username", "password"}
    elif authentication == Authentication.BEARER:
        used |= {"token"}
    wrong: dict[str, str] = {}
    for key in sorted(CREDENTIALS):
        if key in used and not settings.get(key):
            wrong[key] = "required"
        elif key not in used and settings.get(key):
            wrong[key] = "credential_not_used"
    return wrong


def _is_pattern(text: str) -> bool:
    """Return whether a text is a regular expression."""
    try:
        re.compile(text)
    except re.PatternError, OverflowError, RecursionError:
        return False
    return True


def _is_encodable(text: str) -> bool:
    """Return whether a text has no halves of characters."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
