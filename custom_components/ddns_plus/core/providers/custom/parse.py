"""Settings of a custom request read into a request, or the error key of each wrong field."""

from collections.abc import Callable, Mapping
import re
from typing import Any

from yarl import URL

from ...dialects.server_url import server_url_problem
from ...provider_info import Settings
from .answer import PATTERNS
from .fields import METHODS, AddressMode, Authentication, ContentType
from .request import CONTROL, RequestTemplate
from .template import ADDRESSES, CREDENTIALS, MalformedError, Template, parse_json

# characters; a longer body would take long to search for secrets
_LONGEST_BODY = 10_000
_LINE = re.compile(r"\r\n|\r|\n")
_SURROGATE = re.compile("[\ud800-\udfff]")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# what the connection itself sends
_NOT_ALLOWED = frozenset(
    {"connection", "content-length", "expect", "host", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "user-agent"}
)


class WrongSettingsError(ValueError):
    """Settings that make no request; `wrong` maps field keys to error keys."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        """Name the fields, without their values."""
        super().__init__(", ".join(wrong))
        self.wrong = wrong


def parse_request(settings: Settings) -> RequestTemplate:
    """Return the request of an account's settings. Raises WrongSettingsError."""
    read: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    readers: Mapping[str, Callable[[Settings], Any]] = {
        "url": _read_url,
        "headers": _read_headers,
        "body": _read_body,
    }
    for key, reader in readers.items():
        try:
            read[key] = reader(settings)
        except MalformedError as err:
            wrong[key] = err.key
    if wrong:
        raise WrongSettingsError(wrong)
    method = str(settings.get("method") or METHODS[0])
    origin, path, query = read["url"]
    return RequestTemplate(
        method=method.upper(),
        origin=origin,
        path=path,
        query=query,
        headers=read["headers"],
        content_type=_content_type(settings),
        body=None if method == METHODS[0] else read["body"],
    )


def origin_of(settings: Settings) -> str:
    """Return scheme, host and port of the URL. Raises MalformedError."""
    origin, _, _ = _read_url(settings)
    return origin


def settings_problems(settings: Settings) -> Mapping[str, str]:
    """Return what is wrong with the settings: field key -> error key."""
    wrong: dict[str, str] = {}
    for key in PATTERNS:
        if not _is_pattern(str(settings.get(key) or "")):
            wrong[key] = "pattern_malformed"
    try:
        names = parse_request(settings).names
    except WrongSettingsError as err:
        return {**err.wrong, **wrong}
    if wrong:
        return wrong
    wrong |= _credentials_problems(settings, names)
    both = settings.get("address_mode") == AddressMode.BOTH
    if not names & ADDRESSES:
        wrong["url"] = "address_missing"
    elif both and names & {"address", "family", "record_type"}:
        wrong["address_mode"] = "address_of_which_family"
    return wrong


def _read_url(settings: Settings) -> tuple[str, Template, tuple[Template, ...]]:
    """Return origin, path and query. Raises MalformedError."""
    text = str(settings.get("url") or "").strip()
    address, _, query = text.partition("?")
    scheme, _, rest = address.rstrip().partition("://")
    authority, slash, path = rest.partition("/")
    if not authority:
        raise MalformedError("server_url_malformed")
    if re.search("[{}]", scheme + authority):
        raise MalformedError("placeholder_in_host")
    if "#" in text:
        raise MalformedError("url_has_fragment")
    origin = f"{scheme}://{authority}/"
    if problem := server_url_problem(origin, bool(settings.get("allow_http"))):
        raise MalformedError(problem)
    if CONTROL.search(text) or _SURROGATE.search(text):
        raise MalformedError("server_url_malformed")
    server = URL(origin)
    origin = f"{server.scheme}://{server.raw_authority}"
    template = Template.parse(f"{slash}{path}" or "/")
    return origin, template, Template.parameters(query)


def _read_headers(settings: Settings) -> Mapping[str, Template]:
    """Return the headers by name. Raises MalformedError."""
    authentication = settings.get("authentication") or Authentication.NONE
    headers: dict[str, Template] = {}
    seen = set[str]()
    for line in _LINE.split(str(settings.get("headers") or "")):
        if not line.strip():
            continue
        name, value = (part.strip(" \t") for part in line.partition(":")[::2])
        lower = name.lower()
        if (
            len(value) > _LONGEST_BODY
            or not _HEADER_NAME.fullmatch(name)
            or not value
            or CONTROL.search(value)
        ):
            raise MalformedError("headers_malformed")
        if lower in _NOT_ALLOWED:
            raise MalformedError("header_not_allowed")
        if lower in seen:
            raise MalformedError("header_twice")
        if lower == "authorization" and authentication != Authentication.NONE:
            raise MalformedError("authorization_twice")
        headers[name] = Template.parse(value)
        seen.add(lower)
    if authentication == Authentication.BEARER:
        headers["Authorization"] = Template.parse("Bearer {token}")
    return headers


def _read_body(settings: Settings) -> Any:
    """Return the body as the request has it, None if it is empty. Raises MalformedError."""
    text = str(settings.get("body") or "").strip()
    if _SURROGATE.search(text):
        raise MalformedError("body_malformed")
    if len(text) > _LONGEST_BODY:
        raise MalformedError("body_too_long")
    if not text:
        return None
    match _content_type(settings):
        case ContentType.JSON:
            return parse_json(text)
        case ContentType.FORM:
            return Template.parameters(text, r"&|\s*[\r\n]\s*")
    return Template.parse(text)


def _content_type(settings: Settings) -> ContentType:
    return ContentType(str(settings.get("content_type") or ContentType.JSON))


def _credentials_problems(settings: Settings, names: frozenset[str]) -> dict[str, str]:
    """Return which credentials are missing, and which are not used."""
    used = names & CREDENTIALS
    if settings.get("authentication") == Authentication.BASIC:
        used |= {"username", "password"}
    wrong: dict[str, str] = {}
    for key in sorted(CREDENTIALS):
        if key in used and not settings.get(key):
            wrong[key] = "required"
        elif key not in used and settings.get(key):
            wrong[key] = "credential_not_used"
    return wrong


def _is_pattern(text: str) -> bool:
    """Return True if a text is a regular expression."""
    try:
        re.compile(text)
    except re.PatternError, OverflowError, RecursionError:
        return False
    return True
