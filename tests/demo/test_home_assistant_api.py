"""The client of Home Assistant, beside a server that plays a flow."""

from collections.abc import AsyncGenerator
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from scripts.demo.home_assistant_api import (
    ApiError,
    FlowError,
    FlowKind,
    FlowStep,
    HomeAssistantApi,
)

FORM = {
    "type": "form",
    "flow_id": "f1",
    "step_id": "account",
    "errors": None,
    "data_schema": [
        {"name": "server", "required": True},
        {"name": "advanced", "type": "expandable", "schema": [{"name": "port"}]},
    ],
}
END = {"type": "create_entry", "flow_id": "f1", "title": "done"}


@pytest.fixture
async def flow(
    socket_enabled: None,
) -> AsyncGenerator[tuple[HomeAssistantApi, list[Any]]]:
    """Return a client, and what the server was sent; a server without a port has an error."""
    sent: list[Any] = []

    async def start(request: web.Request) -> web.Response:
        sent.append(await request.json())
        if sent[-1]["handler"] == "unknown":
            return web.json_response({"message": "Invalid handler"}, status=404)
        return web.json_response(FORM)

    async def step(request: web.Request) -> web.Response:
        sent.append(await request.json())
        if "port" in sent[-1]["advanced"]:
            return web.json_response(END)
        return web.json_response(FORM | {"errors": {"port": "required"}})

    app = web.Application()
    app.router.add_post(f"/api/{FlowKind.CONFIG}", start)
    app.router.add_post(f"/api/{FlowKind.CONFIG}/f1", step)
    async with TestServer(app) as server:
        api = HomeAssistantApi(str(server.make_url("")).rstrip("/"))
        yield api, sent
        await api.close_session()


def test_values_go_where_the_form_has_them() -> None:
    """A field in a section is nested, the others are not."""
    step = FlowStep(kind=FlowKind.CONFIG, answer=FORM)
    assert step.nest({"server": "a", "port": 53}) == {
        "server": "a",
        "advanced": {"port": 53},
    }
    assert step.nest({"server": "a"}) == {"server": "a", "advanced": {}}
    with pytest.raises(FlowError, match="form account has no field zone"):
        step.nest({"zone": "demo.test"})


async def test_flow_to_its_end(flow: tuple[HomeAssistantApi, list[Any]]) -> None:
    """Start, one form, end."""
    api, sent = flow
    step = await api.run_flow("ddns_plus", [("account", {"server": "a", "port": 53})])
    assert step.type == "create_entry"
    assert sent == [
        {"handler": "ddns_plus", "show_advanced_options": False},
        {"server": "a", "advanced": {"port": 53}},
    ]


@pytest.mark.parametrize(
    ("steps", "error"),
    [
        ([("hostnames", {})], "expected form hostnames, got form account"),
        (
            [("account", {"server": "a"})],
            "expected the end of the flow, got form .*required",
        ),
        (
            [("account", {"server": "a"}), ("account", {})],
            "expected form account, got .*required",
        ),
    ],
)
async def test_flow_that_goes_elsewhere(
    flow: tuple[HomeAssistantApi, list[Any]], steps: list[Any], error: str
) -> None:
    """The error tells what was expected and what came."""
    with pytest.raises(FlowError, match=error):
        await flow[0].run_flow("ddns_plus", steps)


async def test_error_answer(flow: tuple[HomeAssistantApi, list[Any]]) -> None:
    """An error status is raised with what was asked."""
    with pytest.raises(
        ApiError, match=r"POST .*flow was answered with 404: .*Invalid handler"
    ):
        await flow[0].start_flow("unknown")
