"""Vultr DNS: records with ids, changed one by one.

Reference: https://www.vultr.com/api/#tag/dns and its OpenAPI description, read 2026-11.
Names are relative to the domain, the apex is the empty name. A change keeps what it does
not name, and is answered without a body. More than 30 requests a second are refused.
An error has a sentence, but no code: a key that is used from an address which its access
control does not list gets the status of a wrong key. Records of a name and type must
have the same TTL. The smallest TTL is not documented; 60 seconds became 120
(vultr/cert-manager-webhook-vultr#52, which has the sentence about the TTL, too).
"""

from dataclasses import replace
from functools import partial
from typing import Any

from ..dialects.declared_zone import DeclaredRecords
from ..dialects.fields import TOKEN, ZONE
from ..dialects.json_api import Api
from ..dialects.json_zone import zone_info
from ..dialects.paging import Cursor
from ..dialects.zone_form import Call, Form, RecordListing, ZoneListing
from ..errors import InvalidField, Refused
from ..provider_info import Limits

_PAGES = Cursor(path="meta.links.next")
# parts of sentences, and the codes that they stand for
_SENTENCES = {
    "Unauthorized IP address": "address_not_allowed",
    "must match the TTL": "ttl_refused",
}


def _code(body: Any) -> str:
    """Return the code that an error's sentence stands for, empty for others."""
    said = str(body["error"])
    return next((code for part, code in _SENTENCES.items() if part in said), "")


class Vultr(DeclaredRecords):
    """The domains of an account."""

    info = zone_info(
        slug="vultr",
        name="Vultr",
        name_servers=("ns?.vultr.com",),
        website="https://console.vultr.com",
        credentials_url="https://console.vultr.com",
        fields=(replace(TOKEN, called="API key"), ZONE),
        limits=Limits(batch_size=100, ttl=(120, 86400)),
    )
    speaks = Api(
        url="https://api.vultr.com/v2",
        code=_code,
        messages=("error",),
        errors={
            "address_not_allowed": lambda said: Refused(
                "address_not_allowed",
                said,
                reason="key_not_permitted_at_address",
                account_wide=True,
            ),
            "ttl_refused": partial(InvalidField, "ttl", "ttl_refused"),
        },
    )
    zone_list = ZoneListing(
        path="/domains",
        items="domains",
        name="domain",
        handle="domain",
        in_path=True,
        paging=_PAGES,
    )
    record_list = RecordListing(
        path="/domains/{zone}/records", items="records", paging=_PAGES
    )
    form = Form(value="data", apex="", changes=Call("PATCH"))
