"""Gandi LiveDNS: record sets, replaced one by one.

Reference: https://api.gandi.net/docs/livedns/, read 2026-11. Names are relative to the
domain, "@" is the apex. `PUT` of one name and type replaces its values and TTL, so both
are sent back; a `PUT` of a whole name or zone would take other records with it and is
never made. A TTL is 300 s to 30 days. A personal access token expires within a year, and
is then refused with 403; the older API keys travel in another scheme.
"""

from collections.abc import Mapping
import re
from typing import override

from ..dialects.declared_zone import DeclaredRecordSets
from ..dialects.fields import PERSONAL_TOKEN, ZONE
from ..dialects.json_api import Api
from ..dialects.json_zone import zone_info
from ..dialects.paging import Numbered, until_total_in_header
from ..dialects.zone_form import Call, Form, RecordListing, ZoneListing
from ..provider_info import Limits, Settings

_API_KEY = re.compile(r"[A-Za-z0-9]{24}")
_PAGES = Numbered(more=until_total_in_header("Total-Count"))


class Gandi(DeclaredRecordSets):
    """The domains that a token reaches."""

    info = zone_info(
        slug="gandi",
        name="Gandi",
        name_servers=("*.gandi.net",),
        website="https://admin.gandi.net",
        credentials_url="https://admin.gandi.net/organizations/account/pat",
        fields=(PERSONAL_TOKEN, ZONE),
        limits=Limits(batch_size=100, ttl=(300, 2592000)),
    )
    # the codes are those of HTTP; what is wrong is said in words
    speaks = Api(
        url="https://api.gandi.net/v5/livedns",
        authorization="{scheme} {api_token}",
        messages=("message", "errors.*.description"),
    )
    zone_list = ZoneListing(
        path="/domains", name="fqdn", handle="fqdn", in_path=True, paging=_PAGES
    )
    record_list = RecordListing(path="/domains/{zone}/records", paging=_PAGES)
    form = Form(
        name="rrset_name",
        type="rrset_type",
        value="rrset_values",
        ttl="rrset_ttl",
        keeps_ttl=False,
        creates=Call("PUT"),
    )

    @override
    def words(self, settings: Settings) -> Mapping[str, str]:
        """Return the token and its scheme, which is another one for an API key."""
        token = str(settings["api_token"])
        scheme = "Apikey" if _API_KEY.fullmatch(token) else "Bearer"
        return {"api_token": token, "scheme": scheme}
