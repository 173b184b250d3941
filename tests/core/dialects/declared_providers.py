"""Small providers of declared APIs, one for each variant that no real provider uses yet."""

from collections.abc import Mapping
from functools import partial
from typing import override

from custom_components.ddns_plus.core.dialects.declared_zone import (
    DeclaredRecords,
    DeclaredRecordSets,
)
from custom_components.ddns_plus.core.dialects.fields import TOKEN
from custom_components.ddns_plus.core.dialects.json_api import Api, lacks, says
from custom_components.ddns_plus.core.dialects.json_zone import zone_info
from custom_components.ddns_plus.core.dialects.paging import (
    Cursor,
    LinkHeader,
    Numbered,
    Offset,
    Whole,
    until_total,
)
from custom_components.ddns_plus.core.dialects.zone import Zone
from custom_components.ddns_plus.core.dialects.zone_form import (
    Call,
    Form,
    NameForm,
    RecordListing,
    ZoneListing,
    in_list,
    within,
)
from custom_components.ddns_plus.core.errors import InvalidCredentials, InvalidField
from custom_components.ddns_plus.core.provider_info import Field, Limits

_info = partial(
    zone_info,
    slug="variant",
    name="Variant",
    website="https://example.com",
    credentials_url="https://example.com",
    fields=(
        Field(key="username", identity=True),
        Field(key="key", secret=True),
        TOKEN,
    ),
    limits=Limits(ttl=(60, 86400)),
)
URL = "https://api.example.com/v1"


class BasicCursor(DeclaredRecords):
    """HTTP Basic; a cursor in the body; full names; a body under a key."""

    info = _info()
    speaks = Api(url=URL, login=("{username}", "{api_token}"))
    zone_list = ZoneListing(
        path="/zones", items="data.zones", paging=Cursor(path="meta.next"), page_size=2
    )
    record_list = RecordListing(
        path="/zones/{zone}/records",
        items="data.records",
        paging=Cursor(path="meta.next"),
        page_size=2,
    )
    form = Form(names=NameForm.FULL, changes=Call("PATCH"), wrap=within("record"))


class HeadersOffset(DeclaredRecords):
    """Headers of its own; offsets; dotted names; no TTL; the name is sent again."""

    info = _info()
    speaks = Api(
        url=URL, authorization="", headers={"X-User": "{username}", "X-Key": "{key}"}
    )
    zone_list = ZoneListing(path="/zones", items="zones", paging=Offset(), page_size=2)
    record_list = RecordListing(
        path="/zones/{zone}/records", items="records", paging=Offset(), page_size=2
    )
    form = Form(
        ttl="",
        names=NameForm.DOTTED,
        resends=frozenset({"name", "type"}),
        extra={"enabled": True},
    )


class QueryLink(DeclaredRecords):
    """Credentials in the query; the header Link; records that are added and deleted."""

    info = _info()
    speaks = Api(url=URL, authorization="", params={"key": "{key}"})
    zone_list = ZoneListing(path="/zones", paging=LinkHeader(), page_size=2)
    record_list = RecordListing(
        path="/zones/{zone}/records", paging=LinkHeader(), page_size=2
    )
    form = Form(apex="", new_ttl=300, changes=None)


class BodySuccess(DeclaredRecords):
    """Credentials in the body; success in the body; a path for each change."""

    info = _info()
    speaks = Api(
        url=URL,
        authorization="",
        fields={"apikey": "{key}", "secret": "{api_token}"},
        code="code",
        messages=("message",),
        succeeded=says("status", "SUCCESS"),
        errors={
            "INVALID_KEY": partial(InvalidCredentials, "invalid_key"),
            "BAD_NAME": partial(InvalidField, "hostname", "bad_name"),
        },
    )
    zone_list = ZoneListing(
        path="/zones",
        items="zones",
        paging=Numbered(start=0),
        page_size=2,
        method="POST",
    )
    record_list = RecordListing(
        path="/dns/list/{zone}",
        items="records",
        paging=Numbered(more=until_total("total")),
        page_size=2,
        method="POST",
    )
    form = Form(
        number=str,
        keeps_ttl=False,
        creates=Call("POST", "/dns/create/{zone}"),
        changes=Call("POST", "/dns/edit/{zone}/{record}"),
        deletes=Call("POST", "/dns/delete/{zone}/{record}"),
    )


class KeyToken(DeclaredRecordSets):
    """A scheme of its own; a page token; record sets of objects, in a list."""

    info = _info()
    speaks = Api(url=URL, authorization="sso-key {key}:{api_token}")
    zone_list = ZoneListing(
        path="/zones",
        items="zones",
        smallest_ttl="minimum_ttl",
        paging=Cursor(path="nextPageToken", cursor="pageToken", size="pageSize"),
        page_size=2,
    )
    record_list = RecordListing(
        path="/zones/{zone}/records",
        items="records",
        paging=Cursor(path="nextPageToken", cursor="pageToken", size="pageSize"),
        page_size=2,
    )
    form = Form(
        value="values",
        item="data",
        keeps_ttl=False,
        wrap=in_list,
        creates=Call("PUT", "{records}/{type}/{name}"),
        changes=Call("PUT", "{records}/{type}/{name}"),
        deletes=Call("DELETE", "{records}/{type}/{name}"),
    )


class SessionQuery(DeclaredRecords):
    """A login before, a reload after; all in the query; an error in the body."""

    info = _info()
    speaks = Api(
        url=URL,
        authorization="",
        params={"session": "{session}"},
        in_query=True,
        code="error.code",
        messages=("error.text",),
        succeeded=lacks("error"),
    )
    zone_list = ZoneListing(path="/zones", items="zones", paging=Whole())
    record_list = RecordListing(
        path="/zones/{zone}/records", items="records", paging=Whole()
    )
    form = Form(
        creates=Call("GET", "/add/{zone}"),
        changes=Call("GET", "/set/{record}"),
        deletes=Call("GET", "/delete/{record}"),
    )

    @override
    async def before(self) -> Mapping[str, str]:
        """Log in."""
        self.api.words["session"] = "none"
        answer = await self.api.call(
            "GET", "/login", params={"key": str(self.settings["key"])}
        )
        return {"session": str(answer.body["session"])}

    @override
    async def after(self, zone: Zone) -> None:
        """Have the zone loaded."""
        await self.api.call("GET", f"/reload/{zone.handle}", writes=True)
