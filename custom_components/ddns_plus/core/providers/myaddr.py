"""myaddr.tools: https://myaddr.tools/ and its source, brianshea2/addr.tools (read 2026-12).

The key stands for the name, which is not sent; the names below myaddr.tools, myaddr.dev
and myaddr.io are one. A request has one address, and leaves the other one alone. That
nothing changed is not told. An address that was not sent for 90 days is removed, a name
without an update in 120 days is given up, a new one after an hour.
"""

from datetime import timedelta
from functools import partial
from typing import override

from ..dialects.phrases import PhraseProvider, Target
from ..dialects.update_url import UpdateRequest
from ..errors import InvalidCredentials
from ..outcome import Outcome
from ..provider_info import Field, Limits, ProviderInfo


class Myaddr(PhraseProvider):
    """myaddr.tools."""

    info = ProviderInfo(
        slug="myaddr",
        name="myaddr.tools",
        domains=("myaddr.tools", "myaddr.dev", "myaddr.io"),
        website="https://myaddr.tools/",
        credentials_url="https://myaddr.tools/claim",
        fields=(),
        hostname_fields=(
            Field(
                key="update_key",
                called="secret key",
                secret=True,
                pattern=r"[0-9a-f]{64}",
            ),
        ),
        limits=Limits(
            keep_alive=timedelta(days=60), writes=((10, timedelta(seconds=10)),)
        ),
        secret_is_name=True,
    )
    families_apart = True
    phrases = {
        "OK": Outcome.UPDATED,
        'invalid value for "key"': partial(
            InvalidCredentials, "invalid_key", reason="wrong_key"
        ),
    }

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent."""
        (address,) = request.addresses.values()
        return Target(
            url="https://myaddr.tools/update",
            method="POST",
            form={
                "key": str(request.settings.get("update_key", "")),
                "ip": str(address),
            },
        )
