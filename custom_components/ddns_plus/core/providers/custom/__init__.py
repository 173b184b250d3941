"""Any service with a web request that the user describes.

What a service makes of it is told by its answer only: by the status, and by regular
expressions if the user gives them. A parameter of the query or of a form, or a member of
JSON, that lacks its value at the time is left out, be it an address of the other family
or the TTL. Elsewhere nothing can be left out, so that nothing is sent.
"""

from collections.abc import Mapping
from dataclasses import replace
import hashlib
from typing import override

from ...address import Family
from ...dialects.phrases import addresses_in, raise_for_other_address
from ...dialects.update_url import (
    Results,
    UpdateRequest,
    UpdateUrlProvider,
    zone_conflict,
)
from ...errors import InvalidField
from ...hostname import Hostname
from ...net.http import HttpClient
from ...net.redaction import Secrets
from ...provider_info import Exchange, Identity, Limits, ProviderInfo, Settings
from .answer import read_outcome
from .fields import FIELDS, HOSTNAME_FIELDS, TTL, AddressMode, login, values_for
from .parse import origin_of, parse_request, settings_problems
from .template import IN_ZONE

_DOCUMENTATION = (
    "https://github.com/ddns-plus/ddns_plus/blob/main/docs/custom-request.md"
)


class Custom(UpdateUrlProvider):
    """The service that the user describes."""

    info = ProviderInfo(
        slug="custom",
        name="Custom request",
        aliases=("update URL", "HTTP API"),
        website=_DOCUMENTATION,
        credentials_url=_DOCUMENTATION,
        any_server=True,
        fields=FIELDS,
        hostname_fields=HOSTNAME_FIELDS,
        wildcards=True,
        limits=Limits(ttl=TTL, at_once=1),
        tries_in_flow=True,
    )

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        """Read the settings, which have passed `check_settings`."""
        # first: it holds secrets too
        self._template = parse_request(settings)
        super().__init__(settings, http)
        self._together = settings.get("address_mode") == AddressMode.BOTH
        names = self._template.names
        families = {family for family in Family if family.value in names}
        self.info = replace(
            self.info,
            families=frozenset(Family if "address" in names else families),
            pairs_families=self._together and len(families) > 1,
        )

    @override
    @classmethod
    def identity(cls, settings: Settings) -> Identity:
        """Return the identity of the account; the URL may hold secrets."""
        names = (
            str(settings[key]).strip() for key in ("url", "username") if key in settings
        )
        digest = hashlib.sha256("\0".join(names).encode(errors="replace")).hexdigest()
        origin = origin_of(settings)
        return Identity(
            unique_id=f"{cls.info.slug}:{digest[:16]}",
            title=super().identity({**settings, "url": f"{origin}/"}).title,
        )

    @override
    @classmethod
    def check_settings(cls, settings: Settings) -> Mapping[str, str]:
        """Return what is wrong: with the request, or with how it is answered."""
        return settings_problems(settings)

    @property
    @override
    def families_together(self) -> bool:
        """Return True if both addresses of a hostname go in one request."""
        return self._together

    @property
    @override
    def secrets(self) -> frozenset[str]:
        """Return the texts that must never be shown: also the parts of the request.

        Not the whole of long texts, for which it would take long to look.
        """
        whole = {str(self.settings.get(key)) for key in ("headers", "body")}
        return (super().secrets - whole) | self._template.secrets

    @override
    def conflict(self, hostname: Hostname, settings: Settings) -> InvalidField | None:
        """Return what a hostname lacks that the request needs, or a zone of another's."""
        if not settings.get("zone") and self._template.names & IN_ZONE:
            return InvalidField("zone", reason="zone_needed")
        if (conflict := zone_conflict(hostname, settings)) is not None:
            return conflict
        if "ttl" in self._template.needed and not settings.get("ttl"):
            return InvalidField("ttl", reason="ttl_needed")
        return None

    @override
    async def send(self, request: UpdateRequest) -> Results:
        """Make one request. Raises DdnsError."""
        filled = self._template.fill(values_for(request, self.settings))
        shown_url = Secrets(super().secrets).redact(filled.shown)
        self.latest_exchange = Exchange(method=filled.method, url=shown_url)
        response = await self.http.request(
            filled.method,
            filled.url,
            headers=filled.headers,
            data=filled.data,
            basic_auth=login(self.settings),
            allow_http=bool(self.settings.get("allow_http")),
        )
        self.latest_exchange = replace(
            self.latest_exchange,
            status=response.status,
            answer=response.excerpt(),
        )
        outcome = await read_outcome(self.settings, response)
        raise_for_other_address(request, addresses_in(response.text))
        return request.all(outcome)
