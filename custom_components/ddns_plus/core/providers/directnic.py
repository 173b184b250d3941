"""Directnic: https://directnic.com/knowledge#/knowledge/article/3726, as ddclient does it.

Read 2026-12. The dynamic DNS of a record has a URL with a token of its own, which stands
for the name, too; A and AAAA have one each. The answer is JSON whose `result` is success.
Other results, and the words with them, are not known, nor is one for no change.
"""

from functools import partial
from typing import override
from urllib.parse import quote

from yarl import URL

from ..dialects.phrases import Target
from ..dialects.record_tokens import TOKEN_FIELDS, RecordTokenProvider
from ..dialects.update_url import UpdateRequest
from ..errors import InvalidCredentials, UnexpectedResponse
from ..net.response import Response
from ..outcome import Outcome
from ..provider_info import ProviderInfo


class Directnic(RecordTokenProvider):
    """directnic.com."""

    info = ProviderInfo(
        slug="directnic",
        name="Directnic",
        name_servers=("*.directnic.com",),
        website="https://directnic.com/",
        credentials_url="https://directnic.com/",
        fields=(),
        hostname_fields=TOKEN_FIELDS,
        wildcards=True,
        secret_is_name=True,
    )
    phrases = {"success": Outcome.UPDATED}
    refusals = {404: partial(InvalidCredentials, "http_404", reason="wrong_token")}

    @override
    def said(self, response: Response) -> str:
        """Return the result in an answer, empty without one."""
        try:
            answer = response.json()
        except UnexpectedResponse:
            return ""
        return str(answer.get("result", "")) if isinstance(answer, dict) else ""

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent."""
        (address,) = request.addresses.values()
        # one segment of the path, for any token
        token = quote(self.token(request), safe="")
        url = f"https://directnic.com/dns/gateway/{token}/?data={address}"
        return Target(url=URL(url, encoded=True))
