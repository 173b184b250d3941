"""Route 53: names, signatures on the wire, the pace, and lists that are too large."""

import asyncio
from datetime import UTC, datetime
from typing import Any, cast
from unittest.mock import patch

from aiohttp import web
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.session import get_session
from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.errors import DdnsError, UnexpectedResponse
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.net.http import HttpClient
from custom_components.ddns_plus.core.net.redaction import Secrets
from custom_components.ddns_plus.core.net.response import Response
from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.providers.route53 import Route53
from custom_components.ddns_plus.core.providers.route53.api import PARTITIONS
from custom_components.ddns_plus.core.providers.route53.xml import (
    error_in,
    hostname_from,
    name_from,
    parsed,
    zone_id_from,
)
from tests.core.detection.virtual_time import run
from tests.core.dialects.zone_updates import told, update

from .replay import USER_AGENT, ReplayServer

KEY_ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SETTINGS = {"access_key_id": KEY_ID, "secret_access_key": SECRET}
ZONES = (
    "<ListHostedZonesResponse><HostedZones><HostedZone><Id>/hostedzone/Z1</Id>"
    "<Name>example.org.</Name><ResourceRecordSetCount>{size}</ResourceRecordSetCount>"
    "</HostedZone></HostedZones><IsTruncated>false</IsTruncated>"
    "</ListHostedZonesResponse>"
)
RECORDS = (
    "<ListResourceRecordSetsResponse><ResourceRecordSets>{sets}</ResourceRecordSets>"
    "<IsTruncated>{more}</IsTruncated><NextRecordName>{next}</NextRecordName>"
    "</ListResourceRecordSetsResponse>"
)

_LABELS = st.from_regex(r"[a-z0-9_]([a-z0-9_-]{0,9}[a-z0-9_])?", fullmatch=True)


@st.composite
def _hostnames(draw: st.DrawFn) -> Hostname:
    """Return names as there are: an apex, deeper ones, wildcards, IDNA."""
    labels = draw(st.lists(_LABELS | st.just("bücher"), min_size=1, max_size=5))
    star = draw(st.sampled_from(["", "*."]))
    try:
        return Hostname.parse(f"{star}{'.'.join(labels)}.example")
    except ValueError:
        return Hostname(f"{star}home.example")


@pytest.mark.parametrize(
    ("partition", "region"),
    [
        ("aws", "us-east-1"),
        ("aws_china", "cn-northwest-1"),
        ("aws_europe", "eusc-de-east-1"),
        ("aws_us_gov", "us-gov-west-1"),
    ],
)
async def test_partitions_are_where_botocore_looks_for_them(
    partition: str, region: str, replay: ReplayServer
) -> None:
    """Another host and another region in the signature for accounts of another kind."""
    assert PARTITIONS[partition].region == region
    botocore = get_session().create_client(
        "route53", region, aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET
    )
    assert botocore.meta.endpoint_url == f"https://{PARTITIONS[partition].host}"

    async def answer(request: web.Request) -> web.Response:
        scope = request.headers["Authorization"].partition("Credential=")[2]
        assert scope.split("/")[2:4] == [region, "route53"]
        return web.Response(text=ZONES.format(size=2))

    replay.always(answer)
    settings = {**SETTINGS, "partition": partition}
    assert Route53.check_settings(settings) == {}
    http = HttpClient(replay.session, user_agent=USER_AGENT)
    await Route53(settings, http).verify()
    [request] = replay.requests
    assert request.url.startswith(f"{botocore.meta.endpoint_url}/2013-04-01/")


@given(_hostnames())
def test_names_there_and_back(hostname: Hostname) -> None:
    """A name as Route 53 writes it is the hostname, with the dot at the end or without."""
    name = name_from(hostname)
    assert name.endswith(".example.")
    assert "*" not in name
    assert hostname_from(name) == hostname
    assert hostname_from(name.removesuffix(".")) == hostname
    assert hostname_from(name.upper()) == hostname


@given(_hostnames(), st.data())
def test_any_character_may_be_escaped(hostname: Hostname, data: st.DataObject) -> None:
    """Whatever of a label is written as octal digits, it is the same name."""
    name = "".join(
        f"\\{ord(character):03o}"
        if character != "." and data.draw(st.booleans())
        else character
        for character in hostname.fqdn
    )
    assert hostname_from(f"{name}.") == hostname


@given(
    st.text(st.sampled_from("ab-_*.\\0512 4%@ü"), max_size=30) | st.text(max_size=30)
)
def test_other_names_are_no_hostnames(name: str) -> None:
    """What is read as a hostname is written as one that means the same."""
    hostname = hostname_from(name)
    assert hostname is None or hostname_from(name_from(hostname)) == hostname


@pytest.mark.parametrize(
    ("name", "hostname"),
    [
        ("example.org.", "example.org"),
        (r"\052.example.org.", "*.example.org"),
        ("*.example.org", "*.example.org"),
        ("xn--bcher-kva.example.", "xn--bcher-kva.example"),
        (r"a\055b.example.org.", "a-b.example.org"),
        (r"a\056b.example.org.", None),
        (r"\040home.example.org.", None),
        (r"a.\052.example.org.", None),
        (r"b\303\274cher.example.org.", None),
        (r"a\05.example.org.", None),
        (r"a\777.example.org.", None),
        (r"2/25.2.0.192.in-addr.arpa.", None),
        ("org.", None),
        ("", None),
    ],
)
def test_names(name: str, hostname: str | None) -> None:
    """What is escaped is never taken for a dot, a blank or a wildcard elsewhere."""
    found = hostname_from(name)
    assert (found and found.fqdn) == hostname


@pytest.mark.parametrize(
    ("text", "zone_id"),
    [
        ("Z0123456789ABC", "Z0123456789ABC"),
        ("/hostedzone/Z1", "Z1"),
        (" hostedzone/Z1 ", "Z1"),
        ("/hostedzone/Z1/rrset", None),
        ("../Z1", None),
        ("", None),
    ],
)
def test_zone_ids(text: str, zone_id: str | None) -> None:
    """An id is taken as the console, the API or the command line shows it."""
    assert zone_id_from(text) == zone_id


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    """Whatever comes is a document or nothing, and an error in it or none."""
    for document in (text, f"<a><Error><Code>{text}</Code></Error></a>"):
        error = error_in(parsed(document))
        assert error is None or error[0].isalnum() or "_" in error[0]


@pytest.mark.parametrize(
    ("key_id", "zone_id", "wrong"),
    [
        (KEY_ID, "/hostedzone/Z1", {}),
        (f" {KEY_ID} ", "", {}),
        ("somebody", "", {"access_key_id": "access_key_id_malformed"}),
        ("ASIAIOSFODNN7EXAMPLE", "", {"access_key_id": "access_key_id_temporary"}),
        (KEY_ID, "example.org", {"zone_id": "hosted_zone_id_malformed"}),
    ],
)
def test_settings(key_id: str, zone_id: str, wrong: dict[str, str]) -> None:
    """What cannot work is told before anybody is asked."""
    settings = SETTINGS | {"access_key_id": key_id, "zone_id": zone_id}
    assert Route53.check_settings(settings) == wrong


def _xml(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/xml")


async def test_what_arrives_is_what_was_signed(replay: ReplayServer) -> None:
    """AWS's own signer makes the same signature of each request as it arrived."""
    signed: list[str] = []

    async def check(request: web.Request) -> web.Response:
        body = await request.read()
        names = request.headers["Authorization"].split("SignedHeaders=")[1]
        oracle = AWSRequest(
            method=request.method,
            url=f"https://{request.host}{request.raw_path}",
            headers={
                name: request.headers[name]
                for name in names.partition(",")[0].split(";")
                if name not in ("host", "x-amz-date")
            },
            data=body,
        )
        moment = datetime.strptime(
            request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ"
        ).replace(tzinfo=UTC)
        assert abs((datetime.now(UTC) - moment).total_seconds()) < 60
        signer = SigV4Auth(Credentials(KEY_ID, SECRET), "route53", "us-east-1")
        with patch("botocore.auth.get_current_datetime", return_value=moment):
            signer.add_auth(oracle)
        assert request.headers["Authorization"] == oracle.headers["Authorization"]
        signed.append(f"{request.method} {request.raw_path}")
        if request.method == "POST":
            return _xml("<ChangeResourceRecordSetsResponse/>")
        if request.path.endswith("rrset"):
            return _xml(RECORDS.format(sets="", more="false", next=""))
        return _xml(ZONES.format(size=3))

    replay.always(check)
    http = HttpClient(replay.session, user_agent=USER_AGENT)
    results = await Route53(SETTINGS, http).publish(
        [update("*.example.org", "1.1.1.1")]
    )

    assert results == [Outcome.CREATED]
    assert signed == [
        "GET /2013-04-01/hostedzone?maxitems=100",
        "GET /2013-04-01/hostedzone/Z1/rrset?maxitems=20&name=%5C052.example.org.",
        "POST /2013-04-01/hostedzone/Z1/rrset/",
    ]


async def test_smaller_pages_of_large_records(replay: ReplayServer) -> None:
    """A list that is too large to read is read in smaller parts, from where it was."""
    sizes: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        if not request.path.endswith("rrset"):
            return _xml(ZONES.format(size=3))
        sizes.append(request.query["maxitems"])
        record_set = (
            "<ResourceRecordSet><Name>other.example.org.</Name><Type>TXT</Type><TTL>1</TTL>"
            f"<ResourceRecords>{'x' * 4000}</ResourceRecords></ResourceRecordSet>"
        )
        sets = record_set * int(request.query["maxitems"])
        more = "false" if "name" in request.query else "true"
        return _xml(RECORDS.format(sets=sets, more=more, next="z.example.org."))

    replay.always(answer)
    http = HttpClient(replay.session, user_agent=USER_AGENT)
    hostnames = [Hostname("a.example.org"), Hostname("b.example.org")]
    held = await Route53(SETTINGS, http).read(
        [
            (hostname, update("x.example.org", "1.1.1.1").family)
            for hostname in hostnames
        ]
    )
    assert set(held.values()) == {frozenset()}
    assert sizes == ["100", "25", "6", "6"]


@pytest.mark.parametrize(("size", "lists"), [(0, 1), (100, 1), (101, 2), (100_000, 2)])
async def test_as_few_lists_as_possible(
    replay: ReplayServer, size: int, lists: int
) -> None:
    """Two hostnames are found in the list of a small zone, and one by one in a large one."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        if not request.path.endswith("rrset"):
            return _xml(ZONES.format(size=size))
        asked.append(request.query.get("name", ""))
        return _xml(RECORDS.format(sets="", more="false", next=""))

    replay.always(answer)
    http = HttpClient(replay.session, user_agent=USER_AGENT)
    records = [
        (Hostname(f"{label}.example.org"), update("x.example.org", "1.1.1.1").family)
        for label in "ab"
    ]
    assert len(await Route53(SETTINGS, http).read(records)) == 2
    expected = ["a.example.org.", "b.example.org."] if lists == 2 else [""]
    assert asked == expected


class _Slow:
    """Stands for a service that is never there, and notes when it was asked."""

    def __init__(self) -> None:
        """Begin with no call."""
        self.calls: list[float] = []
        self.secrets = Secrets()

    async def request(self, *_: Any, **__: Any) -> Response:
        """Answer nothing of use."""
        self.calls.append(asyncio.get_running_loop().time())
        return Response(status=200, headers={}, text="")


def test_no_more_than_five_calls_a_second() -> None:
    """Calls that come at once are spread, in the order they came in."""
    service = _Slow()

    async def many() -> list[DdnsError | None]:
        provider = Route53(SETTINGS, cast(HttpClient, service))

        async def one() -> DdnsError | None:
            try:
                await provider.verify()
            except DdnsError as err:
                return err
            return None

        return await asyncio.gather(*(one() for _ in range(12)))

    errors = run(many())
    assert {told(cast(DdnsError, error))[0] for error in errors} == {UnexpectedResponse}
    assert service.calls == [0.0] * 5 + [1.0] * 5 + [2.0] * 2
