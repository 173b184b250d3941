"""What a person sees and does in Home Assistant: states, buttons, switches, actions."""

from typing import Any

from custom_components.ddns_plus.const import DOMAIN
from homeassistant.core import HomeAssistant


def state_of(hass: HomeAssistant, entity_id: str) -> str:
    """Return the state of an entity."""
    found = hass.states.get(entity_id)
    assert found is not None, entity_id
    return found.state


def attribute_of(hass: HomeAssistant, entity_id: str, name: str) -> Any:
    """Return an attribute of an entity, None if it has no such one."""
    found = hass.states.get(entity_id)
    assert found is not None, entity_id
    return found.attributes.get(name)


def event_type_of(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return what an event entity told last, None if it has told nothing."""
    found = hass.states.get(entity_id)
    assert found is not None, entity_id
    event_type: str | None = found.attributes["event_type"]
    return event_type


def unavailable(hass: HomeAssistant) -> list[str]:
    """Return the entities that are not available."""
    return [
        item.entity_id
        for item in hass.states.async_all()
        if item.state == "unavailable"
    ]


async def act(hass: HomeAssistant, action: str, entity_id: str) -> None:
    """Use an entity, as in "button.press", and wait for all that it sets off."""
    domain, _, service = action.partition(".")
    await hass.services.async_call(
        domain, service, {"entity_id": entity_id}, blocking=True
    )
    await hass.async_block_till_done(wait_background_tasks=True)


async def ask(hass: HomeAssistant, action: str, **data: Any) -> Any:
    """Call one of our actions, wait for all that it sets off, and return its answer."""
    answer = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return answer


async def force_update(hass: HomeAssistant, **data: Any) -> list[dict[str, Any]]:
    """Update hostnames now, whatever comes of it; returns the results."""
    answer = await ask(hass, "force_update", **data)
    results: list[dict[str, Any]] = answer["results"]
    return results
