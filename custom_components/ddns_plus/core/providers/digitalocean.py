"""DigitalOcean DNS: records with ids, changed one by one.

Reference: https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domain-Records
and its OpenAPI description, read 2026-11. Names are relative to the domain, "@" is the
apex, but the filter `name` wants the whole name. `PATCH` leaves the TTL as it is. Lists
of domains carry the zone files, so pages are small. A token allows 5,000 requests an
hour and 250 a minute; `ratelimit-reset` says when there will be more.
"""

from functools import partial

from ..dialects.declared_zone import DeclaredRecords
from ..dialects.fields import PERSONAL_TOKEN, ZONE
from ..dialects.json_api import Api
from ..dialects.json_zone import zone_info
from ..dialects.paging import Numbered, while_there_is
from ..dialects.zone_form import Call, Form, NameForm, RecordListing, ZoneListing
from ..errors import InvalidCredentials, InvalidField
from ..provider_info import Limits

_PAGES = Numbered(more=while_there_is("links.pages.next"))


class DigitalOcean(DeclaredRecords):
    """The domains of an account or team."""

    info = zone_info(
        slug="digitalocean",
        name="DigitalOcean",
        name_servers=("ns?.digitalocean.com",),
        website="https://cloud.digitalocean.com",
        credentials_url="https://cloud.digitalocean.com/account/api/tokens",
        fields=(PERSONAL_TOKEN, ZONE),
        limits=Limits(batch_size=100, ttl=(30, 86400)),
    )
    speaks = Api(
        url="https://api.digitalocean.com/v2",
        code="id",
        errors={
            "forbidden": partial(InvalidCredentials, "token_not_permitted"),
            "unauthorized": partial(InvalidCredentials, "token_refused"),
            "unprocessable_entity": partial(InvalidField, "hostname", "record_refused"),
        },
    )
    zone_list = ZoneListing(
        path="/domains",
        items="domains",
        handle="name",
        in_path=True,
        paging=_PAGES,
        page_size=20,
    )
    record_list = RecordListing(
        path="/domains/{zone}/records",
        items="domain_records",
        paging=_PAGES,
        page_size=200,
        by_name="name",
        names=NameForm.FULL,
    )
    form = Form(value="data", changes=Call("PATCH"), resends=frozenset({"type"}))
