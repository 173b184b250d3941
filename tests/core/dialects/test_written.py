"""What a zone says it has written, beside what it was sent."""

from typing import Any

from aiohttp import web
from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.address import parse_address
from custom_components.ddns_plus.core.dialects.written import raise_for_other_content
from custom_components.ddns_plus.core.errors import UnexpectedResponse
from custom_components.ddns_plus.core.net.http import HttpClient
from tests.providers.catalog import provider_type, scenario_file
from tests.providers.replay import USER_AGENT, ReplayServer

IPV4, OTHER = parse_address("93.184.216.34"), parse_address("198.51.100.9")
IPV6 = parse_address("2606:2800:220:1::44")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_any_answer_can_be_read(body: Any) -> None:
    """No answer is an error but one that tells another address."""
    raise_for_other_content([body, str(IPV4)], [IPV4])


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"domain_record": {"data": str(IPV4)}},
        {"data": "2606:2800:0220:1:0:0:0:44"},
        {"records": [{"value": str(OTHER)}, {"value": str(IPV4)}]},
        {"name": f"the text {OTHER}"},
    ],
)
def test_what_was_sent(body: Any) -> None:
    """The address, or none of its family."""
    raise_for_other_content(body, [IPV4, IPV6])


@pytest.mark.parametrize(
    "body", [{"data": str(OTHER)}, [{"a": [{"b": str(OTHER)}]}, {"data": str(IPV6)}]]
)
def test_another_address(body: Any) -> None:
    """It is not applied as far as is known."""
    with pytest.raises(UnexpectedResponse) as caught:
        raise_for_other_content(body, [IPV4])
    assert caught.value.reason == "other_address"
    assert caught.value.maybe_applied


@pytest.mark.parametrize("slug", ["digitalocean", "linode", "cloudflare"])
async def test_a_provider_that_keeps_the_old_one(
    slug: str, replay: ReplayServer
) -> None:
    """A write that is answered with the old record is no success; the right one is."""
    step = scenario_file(slug).scenarios["updated"][0]
    reads = [each.request.method for each in step.exchanges].count("GET")
    [wanted] = [str(update.address) for update in step.updates]
    replay.expect(step.exchanges)
    for told, succeeds in ((str(OTHER), False), (wanted, True)):
        start = len(replay.requests)

        async def serve(
            request: web.Request, told: str = told, start: int = start
        ) -> web.Response:
            number = len(replay.requests) - 1 - start
            response = step.exchanges[number].response
            if number < reads:
                return web.Response(
                    status=response.status, headers=response.headers, text=response.body
                )
            name = str(step.updates[0].hostname)
            record = {"name": name, "type": "A", "content": told}
            return web.json_response(
                {
                    "success": True,
                    "errors": [],
                    "target": told,
                    "domain_record": {"data": told},
                    "result": {"patches": [record]},
                }
            )

        replay.always(serve)
        http = HttpClient(
            replay.session, user_agent=USER_AGENT, connectors=replay.connector
        )
        provider = provider_type(slug)(scenario_file(slug).settings, http)
        [result] = await provider.publish(step.updates)
        if succeeds:
            assert str(result) == "updated"
        else:
            assert isinstance(result, UnexpectedResponse)
            assert result.reason == "other_address"
            assert result.maybe_applied
