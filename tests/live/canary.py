"""Secrets that may be nowhere but where config entries are stored, and a search for them."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

from scripts.demo.dyndns2_server import USERNAME

PASSWORD = "canary-password-41f9"
HEADER_VALUE = "canary-header-value-7c02"
URL_TOKEN = "canary-url-token-90ab"
TSIG_SECRET = b64encode(b"canary-tsig-secret-of-32-bytes!!").decode()
NEW_TSIG_SECRET = b64encode(b"canary-tsig-secret-after-a-week!").decode()
WRONG_TSIG_SECRET = b64encode(b"canary-tsig-secret-mistyped-once").decode()

CANARIES = (
    "canary",
    TSIG_SECRET,
    NEW_TSIG_SECRET,
    WRONG_TSIG_SECRET,
    b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode(),
)
# what config entries hold is theirs to keep
_ALLOWED = (".storage", "core.config_entries")


def canaries_in(text: str) -> list[str]:
    """Return the secrets that a text holds."""
    return [canary for canary in CANARIES if canary in text]


def canaries_below(folder: Path) -> Iterator[str]:
    """Yield each file, and what of our secrets it holds; links are not followed."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if relative.parts == _ALLOWED or not path.is_file():
            continue
        if found := canaries_in(path.read_bytes().decode(errors="replace")):
            yield f"{relative}: {', '.join(found)}"
