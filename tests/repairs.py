"""Repairs as a person sees them: what is asked for, and how it is fixed."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from .texts import missing_texts


def issues(hass: HomeAssistant) -> dict[str, Mapping[str, str]]:
    """Return what is asked for: translation key and placeholders."""
    return {
        str(issue.translation_key): issue.translation_placeholders or {}
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.active
    }


def only_issue(hass: HomeAssistant) -> ir.IssueEntry:
    """Return the one thing that is asked for."""
    [issue] = [
        issue for issue in ir.async_get(hass).issues.values() if issue.domain == DOMAIN
    ]
    return issue


class Fix:
    """A person who fixes an issue, by clicking."""

    def __init__(self, hass: HomeAssistant, client_of: ClientSessionGenerator) -> None:
        """Keep the way to Home Assistant."""
        self._hass = hass
        self._client_of = client_of
        self._key = ""
        self.result: dict[str, Any] = {}

    async def open(self, issue: ir.IssueEntry) -> Mapping[str, Any]:
        """Begin to fix an issue; returns what is shown."""
        assert await async_setup_component(self._hass, "repairs", {})
        self._key = str(issue.translation_key)
        return await self._post(
            "/api/repairs/issues/fix", {"handler": DOMAIN, "issue_id": issue.issue_id}
        )

    async def submit(self) -> Mapping[str, Any]:
        """Submit the form; returns what is shown then."""
        return await self._post(f"/api/repairs/issues/fix/{self.result['flow_id']}", {})

    async def choose(self, step_id: str) -> Mapping[str, Any]:
        """Choose from the menu; returns what is shown then."""
        assert step_id in self.result["menu_options"]
        return await self._post(
            f"/api/repairs/issues/fix/{self.result['flow_id']}",
            {"next_step_id": step_id},
        )

    async def _post(self, url: str, body: dict[str, Any]) -> Mapping[str, Any]:
        client = await self._client_of()
        response = await client.post(url, json=body)
        assert response.status == HTTPStatus.OK
        self.result = await response.json()
        await self._hass.async_block_till_done(wait_background_tasks=True)
        readable = {**self.result, "data_schema": None}
        assert missing_texts(("issues", self._key, "fix_flow"), readable) == []
        return self.result
