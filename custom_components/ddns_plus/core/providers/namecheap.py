"""Namecheap dynamic DNS: https://www.namecheap.com/support/knowledgebase/article.aspx/29/11/.

Checked 2026-10. IPv4 only: an IPv6 address is an "Invalid IP". One password for each
domain. Name and domain are sent apart, "@" for the domain itself. The record must exist
as an "A + Dynamic DNS Record". Every answer has HTTP 200 and is XML that declares UTF-16
but is not; <Done> is true in failures, too: <ErrCount> and the numbers of the responses
tell. A number may have more than one text; 304156 was seen for a wrong address.
The parser is defusedxml's, a part of Home Assistant, for it refuses entities: they could
make a few bytes of an answer fill the memory.
"""

from datetime import timedelta
import re
from typing import override
from xml.etree import ElementTree as ET

import defusedxml.ElementTree as safe  # type: ignore[import-untyped]

from ..address import Family
from ..dialects.account_zone import ACCOUNT_ZONE, AccountZoneProvider
from ..dialects.phrases import addresses_in, raise_for_other_address
from ..dialects.update_url import Results, UpdateRequest
from ..errors import (
    DdnsError,
    InvalidCredentials,
    InvalidField,
    Unavailable,
    UnexpectedResponse,
)
from ..net.response import Response
from ..outcome import Outcome
from ..provider_info import Field, Limits, ProviderInfo, Update

_UNKNOWN_DOMAIN = frozenset({"316153", "316154"})
_OUTAGE = frozenset({"380098", "380099"})
_NUMBER = re.compile(r"[0-9]{1,9}")


class Namecheap(AccountZoneProvider):
    """namecheap.com, dynamic DNS."""

    info = ProviderInfo(
        slug="namecheap",
        name="Namecheap",
        name_servers=("*.registrar-servers.com",),
        website="https://www.namecheap.com/",
        credentials_url="https://ap.www.namecheap.com/domains/list/",
        fields=(
            ACCOUNT_ZONE,
            Field(key="password", called="Dynamic DNS Password", secret=True),
        ),
        families=frozenset({Family.IPV4}),
        wildcards=True,
        limits=Limits(minimum_interval=timedelta(minutes=5), at_once=1),
    )

    @override
    def cannot_send(self, update: Update) -> DdnsError | None:
        """Return why an update cannot be sent, such as IPv6."""
        if update.family is Family.IPV6 and update.address is not None:
            return InvalidField("ipv6", reason="ipv6_not_supported")
        return super().cannot_send(update)

    @override
    async def send(self, request: UpdateRequest) -> Results:
        """Make one request. Raises DdnsError."""
        response = await self.http.request(
            "GET",
            "https://dynamicdns.park-your-domain.com/update",
            params={
                "host": request.hostnames[0].relative_to(self.zone) or "@",
                "domain": self.zone.fqdn,
                "password": str(self.settings["password"]),
                "ip": str(request.addresses[Family.IPV4]),
            },
        )
        response.raise_for_status()
        try:
            # decoded text: as bytes the declared encoding would be believed
            root = safe.fromstring(response.text)
        # defusedxml's own errors, as that of an entity, are ValueErrors
        except ET.ParseError, ValueError:
            root = None
        if root is None or root.tag != "interface-response":
            raise response.not_understood()
        if _texts(root, "ErrCount") != ["0"]:
            raise _error(root, response)
        raise_for_other_address(request, addresses_in(" ".join(_texts(root, "IP"))))
        return request.all(Outcome.UPDATED)


def _error(root: ET.Element, response: Response) -> DdnsError:
    """Return the error that an answer stands for."""
    numbers = {*_texts(root, "ResponseNumber")}
    texts = [text for number in range(1, 10) for text in _texts(root, f"Err{number}")]
    detail = response.excerpt(" ".join(texts))
    if "Passwords do not match" in texts:
        return InvalidCredentials(
            "passwords_do_not_match", reason="dynamic_dns_password_wrong"
        )
    if any(text.startswith("No Records updated") for text in texts):
        return InvalidField(
            "hostname", "no_records_updated", reason="dynamic_dns_record_missing"
        )
    if numbers & _UNKNOWN_DOMAIN:
        return InvalidField("zone", "unknown_domain", detail)
    if numbers & _OUTAGE:
        return Unavailable("out_of_order", detail, account_wide=True)
    # nothing else that the answer may hold instead, such as what was sent
    known = sorted(number for number in numbers if _NUMBER.fullmatch(number))
    return UnexpectedResponse(next(iter(known), "unknown_error"), detail)


def _texts(root: ET.Element, tag: str) -> list[str]:
    """Return the texts of all elements with a name."""
    return [(element.text or "").strip() for element in root.iter(tag)]
