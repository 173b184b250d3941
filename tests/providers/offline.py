"""A client for providers that shall make no request."""

from typing import cast

from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.net.redaction import Secrets


class _Offline:
    """Keeps secrets as a client does, and sends nothing."""

    def __init__(self) -> None:
        """Know no secrets."""
        self.secrets = Secrets()


def offline() -> HttpClient:
    """Return a client that fails when it is asked to send something."""
    return cast(HttpClient, _Offline())
