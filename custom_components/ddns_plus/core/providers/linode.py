"""Linode (Akamai Cloud) DNS Manager: records with ids, changed one by one.

Reference: https://techdocs.akamai.com/linode-api/reference/get-domains, read 2026-11.
Domains have ids. Names are relative to the domain, the apex is the empty name. Only some
TTLs exist, others are rounded up to the next of them; 0 stands for the domain's own. A
secondary domain ("slave") is copied from elsewhere and cannot be edited. A token's
rights are fixed when it is made.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, override

from ..dialects.declared_zone import DeclaredRecords
from ..dialects.fields import PERSONAL_TOKEN, ZONE
from ..dialects.json_api import Api
from ..dialects.json_zone import zone_info
from ..dialects.paging import Numbered, until_page
from ..dialects.zone import Zone
from ..dialects.zone_form import Form, RecordListing, ZoneListing
from ..provider_info import Limits

# longer ones exist too, up to four weeks, which no dynamic name should have
_TTLS = (30, 120, 300, 3600, 7200, 14400, 28800, 57600, 86400)
_PAGES = Numbered(size="page_size", more=until_page("page", "pages"))


class Linode(DeclaredRecords):
    """The domains of an account."""

    info = zone_info(
        slug="linode",
        name="Linode (Akamai)",
        name_servers=("ns?.linode.com",),
        website="https://cloud.linode.com",
        credentials_url="https://cloud.linode.com/profile/tokens",
        fields=(PERSONAL_TOKEN, ZONE),
        limits=Limits(batch_size=100, ttl=(_TTLS[0], _TTLS[-1])),
        ttls=_TTLS,
    )
    # errors have no codes, only a field and a reason
    speaks = Api(
        url="https://api.linode.com/v4",
        code="errors.0.field",
        messages=("errors.*.reason",),
    )
    zone_list = ZoneListing(path="/domains", items="data", name="domain", paging=_PAGES)
    record_list = RecordListing(
        path="/domains/{zone}/records", items="data", paging=_PAGES
    )
    form = Form(value="target", ttl="ttl_sec", apex="")

    @override
    def zone(self, item: Mapping[str, Any]) -> Zone | None:
        """Return a domain that can be edited; a disabled one is not served."""
        zone = super().zone(item)
        if zone is None or item.get("type") == "slave":
            return None
        return replace(zone, delegated=item.get("status") != "disabled")
