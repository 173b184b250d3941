"""Example of a JSON zone API: https://example.com/api (checked 2026-10). Not a service.

Copy this file for an API that lists the records of a zone and changes them by an id. For
one that replaces the records of a name and type derive from `DeclaredRecordSets`, see
gandi.py. What the documentation says and a reader would not expect stands here.
"""

from functools import partial

from ..dialects.declared_zone import DeclaredRecords
from ..dialects.fields import TOKEN, ZONE
from ..dialects.json_api import Api
from ..dialects.json_zone import zone_info
from ..dialects.paging import Cursor
from ..dialects.zone_form import Form, RecordListing, ZoneListing
from ..errors import Refused
from ..provider_info import Limits

# other ways in which a list goes on: see dialects/paging.py
_PAGES = Cursor(path="meta.next")


class ExampleZone(DeclaredRecords):
    """The zones of an account."""

    info = zone_info(
        slug="_example_zone",
        name="Example DNS",
        website="https://example.com",
        credentials_url="https://example.com/settings/tokens",
        fields=(TOKEN, ZONE),
        limits=Limits(batch_size=100, ttl=(60, 86400)),
    )
    # the token goes in `Authorization: Bearer ...` where nothing else is said
    speaks = Api(
        url="https://api.example.com/v1",
        code="error.code",
        messages=("error.message",),
        errors={"quota_exceeded": partial(Refused, "record_quota_exceeded")},
    )
    zone_list = ZoneListing(path="/zones", items="zones", paging=_PAGES)
    record_list = RecordListing(
        path="/zones/{zone}/records", items="records", paging=_PAGES
    )
    form = Form()
