"""The cases of zones with an API: what is written to them."""

from collections.abc import Sequence
import json
from typing import cast

from aiohttp import web

from tests.providers.fake_cloudflare import FakeCloudflare

from .case import HOME, IPV4, IPV6, Case, InadynAccount
from .recording_server import Answer, Recorded

# as long as a provider's are: Cloudflare's tokens, Gandi's keys
_TOKEN = "canary0token0with0forty0characters000000"
_KEY = _TOKEN[:24]
_OLD_IPV4 = "93.184.216.1"
_OLD_IPV6 = "2606:2800:220:1::1"


def _cloudflare() -> Answer:
    """Return a Cloudflare with both records."""
    cloudflare = FakeCloudflare()
    cloudflare.add_token(_TOKEN)
    zone = cloudflare.add_zone("example.org", id=f"{1:032x}")
    zone.add("A", HOME, _OLD_IPV4, id=f"{4:032x}")
    zone.add("AAAA", HOME, _OLD_IPV6, id=f"{6:032x}")

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        # ddclient puts a slash there, which the real API puts up with
        if request.path.endswith("/zones/"):
            zones = {"success": True, "errors": [], "result": [zone.as_json()]}
            return web.json_response(zones)
        return await cloudflare.handle(cast(web.Request, request))

    return answer


def _without_batch(request: Recorded) -> Sequence[Recorded]:
    """Return the requests that a batch stands for.

    Source: Cloudflare API, "Batch DNS Records": a batch is patches, posts ... in one.
    """
    path, last, _ = request.parts["path"].partition("/batch")
    if not last:
        return [request]
    common = {
        key: value
        for key, value in request.parts.items()
        if not key.startswith("body ")
    }
    return [
        Recorded(
            {
                **common,
                "method": "PATCH",
                "path": f"{path}/{patch.pop('id')}",
                **{f"body {name}": json.dumps(patch[name]) for name in patch},
            }
        )
        for patch in json.loads(request.parts["body patches"])
    ]


def _gandi() -> Answer:
    """Return a LiveDNS with a domain."""
    record = {
        "rrset_name": "home",
        "rrset_type": "A",
        "rrset_ttl": 600,
        "rrset_values": [_OLD_IPV4],
    }

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "PUT":
            return web.json_response({"message": "DNS Record Created"}, status=201)
        of_zone = request.path.endswith("/records")
        listed = record if of_zone else {"fqdn": "example.org"}
        return web.json_response([listed], headers={"Total-Count": "1"})

    return answer


ZONE_CASES = (
    *(
        Case(
            slug="cloudflare",
            variant=variant,
            settings={"api_token": _TOKEN},
            addresses=addresses,
            ddclient={
                "protocol": "cloudflare",
                "zone": "example.org",
                "login": "token",
                "password": _TOKEN,
            },
            inadyn=InadynAccount(
                section="provider default@cloudflare.com",
                # its own default of 0 is no TTL there
                settings={"username": "example.org", "password": _TOKEN, "ttl": "1"},
            ),
            provider=_cloudflare,
            writes_only=True,
            in_full=_without_batch,
        )
        for variant, addresses in (("", (IPV4,)), ("both families", (IPV4, IPV6)))
    ),
    Case(
        slug="gandi",
        settings={"api_token": _KEY},
        ddclient={
            "protocol": "gandi",
            "zone": "example.org",
            "password": _KEY,
            "ttl": "600",
        },
        provider=_gandi,
        writes_only=True,
    ),
)
