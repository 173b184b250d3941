"""Example of an update URL: https://example.com/api (checked 2026-10). Not a service.

Copy this file for a service that is told an address and answers in its own way; for
answers in a few known phrases derive from `PhraseProvider`, see dynv6.py. The file, the
`slug` and the scenario file in tests/providers/scenarios have one name. It never
changes: accounts are stored under it. What the documentation says and a reader would
not expect stands here.
"""

from typing import override

from ..address import Family
from ..dialects.update_url import Results, UpdateRequest, UpdateUrlProvider
from ..errors import InvalidCredentials, InvalidField
from ..net.response import Response
from ..outcome import Outcome
from ..provider_info import ISSUED, Field, FieldKind, Limits, ProviderInfo, Result

_URL = "https://api.example.com/v1/update"
# how the provider names what we call Family, Outcome and errors: tables, not branches
_PARAMETERS = {Family.IPV4: "a", Family.IPV6: "aaaa"}
_OUTCOMES = {"changed": Outcome.UPDATED, "same": Outcome.UNCHANGED}
_UNKNOWN_NAME = "unknown_name"
_WRONG_TOKEN = "wrong_token"


class ExampleUpdateUrl(UpdateUrlProvider):
    """example.com."""

    info = ProviderInfo(
        slug="_example_update_url",
        # as the provider writes itself; shown in the list of providers
        name="Example DNS",
        website="https://example.com/",
        # where a person finds what the fields ask for
        credentials_url="https://example.com/settings/tokens",
        # keys are shared by all providers that mean the same: they are what is translated
        fields=(
            # identity: tells two accounts apart, so never a secret
            Field(key="username", identity=True),
            # secret: hidden in forms, left out of diagnostics, removed from answers
            Field(key="token", called="update token", secret=True, pattern=ISSUED),
        ),
        # settings of a single hostname, if there are any
        hostname_fields=(
            Field(
                key="ttl",
                kind=FieldKind.INTEGER,
                required=False,
                advanced=True,
                minimum=60,
                maximum=3600,
            ),
        ),
        # what the provider asks of its clients; leave out what it does not say
        limits=Limits(batch_size=10, ttl=(60, 3600)),
        # both addresses go along because the one that is missing would be removed
        pairs_families=True,
    )

    @override
    async def send(self, request: UpdateRequest) -> Results:
        """Make one request and tell what became of each hostname and family.

        All hostnames of a request get the same addresses. What `http` and
        `raise_for_status` raise need not be caught: it counts for the whole request.
        What `response` makes of an answer is free of the account's secrets.
        """
        response = await self.http.request(
            "POST",
            _URL,
            # in a header or in `json` rather than in the URL, where there is a choice
            headers={"Authorization": f"Bearer {self.settings['token']}"},
            json={
                "names": [hostname.fqdn for hostname in request.hostnames],
                **{
                    _PARAMETERS[key]: str(value)
                    for key, value in request.addresses.items()
                },
                **request.settings,
            },
        )
        # the body first, where it tells more than the status
        if _WRONG_TOKEN in response.text:
            raise InvalidCredentials(reason=_WRONG_TOKEN)
        response.raise_for_status()
        said = response.json()
        if not isinstance(said, dict):
            # never guess: an answer that is not understood is an error of its own
            raise response.not_understood()
        # a hostname that is left out of the results gets an error by itself
        return {
            (hostname, family): self._result(said[hostname.fqdn], response)
            for hostname, family in request.keys
            if hostname.fqdn in said
        }

    def _result(self, word: object, response: Response) -> Result:
        """Return what the provider's word for one hostname means."""
        if word == _UNKNOWN_NAME:
            return InvalidField(
                "hostname", _UNKNOWN_NAME, reason="hostname_not_in_account"
            )
        outcome = _OUTCOMES.get(str(word))
        return outcome or response.not_understood(str(word))
