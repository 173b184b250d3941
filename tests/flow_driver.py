"""Driver of a flow: its forms, the values typed, and its end."""

from collections.abc import Mapping
from typing import Any, Self

from custom_components.ddns_plus.const import DOMAIN, SUBENTRY_TYPE_HOSTNAME
from custom_components.ddns_plus.flows.step import IN_SECTION
from homeassistant.config_entries import SOURCE_SSDP, SOURCE_USER, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowManager, section
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo

from .internet import Dyndns2Server
from .texts import missing_texts, text_at


def typed(server: Dyndns2Server, **changes: str | bool) -> dict[str, str | bool]:
    """Return the values for a new account at a dyndns2 service."""
    return {
        "server_url": server.url,
        "username": server.username,
        "password": server.password,
        "allow_http": True,
        **changes,
    }


class Flow:
    """A flow, and its latest result.

    The texts of every result are checked.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        manager: FlowManager[Any, Any, Any],
        category: tuple[str, ...],
        result: Mapping[str, Any],
    ) -> None:
        """Continue a flow from its first result."""
        self.hass = hass
        self._manager = manager
        self._category = category
        self.result = self._readable(result)

    @classmethod
    async def add(cls, hass: HomeAssistant, provider: str | None = None) -> Self:
        """Start to add an account or a connection; choose the provider if given."""
        manager = hass.config_entries.flow
        result = await manager.async_init(DOMAIN, context={"source": SOURCE_USER})
        flow = cls(hass, manager, ("config",), result)
        return flow if provider is None else await flow.submit(provider=provider)

    @classmethod
    async def discover(cls, hass: HomeAssistant, router: SsdpServiceInfo) -> Self:
        """Start with the discovery of a router."""
        manager = hass.config_entries.flow
        context = {"source": SOURCE_SSDP}
        result = await manager.async_init(DOMAIN, context=context, data=router)
        return cls(hass, manager, ("config",), result)

    @classmethod
    async def reconfigure(cls, hass: HomeAssistant, entry: ConfigEntry[Any]) -> Self:
        """Start to change an account or a connection."""
        manager = hass.config_entries.flow
        result = await manager.async_init(
            DOMAIN, context={"source": "reconfigure", "entry_id": entry.entry_id}
        )
        return cls(hass, manager, ("config",), result)

    @classmethod
    async def reauthenticate(cls, hass: HomeAssistant, entry: ConfigEntry[Any]) -> Self:
        """Start to give an account new credentials."""
        manager = hass.config_entries.flow
        context = {"source": "reauth", "entry_id": entry.entry_id}
        result = await manager.async_init(DOMAIN, context=context, data=entry.data)
        return cls(hass, manager, ("config",), result)

    @classmethod
    async def options(cls, hass: HomeAssistant, entry: ConfigEntry[Any]) -> Self:
        """Start to change options."""
        manager = hass.config_entries.options
        result = await manager.async_init(entry.entry_id)
        return cls(hass, manager, ("options",), result)

    @classmethod
    async def add_hostname(cls, hass: HomeAssistant, entry: ConfigEntry[Any]) -> Self:
        """Start to add a hostname to an account."""
        return await cls._hostname(hass, entry, {"source": SOURCE_USER})

    @classmethod
    async def change_hostname(
        cls, hass: HomeAssistant, entry: ConfigEntry[Any], name: str
    ) -> Self:
        """Start to change a hostname of an account."""
        [subentry_id] = [
            key for key, item in entry.subentries.items() if item.unique_id == name
        ]
        context = {"source": "reconfigure", "subentry_id": subentry_id}
        return await cls._hostname(hass, entry, context)

    @classmethod
    async def _hostname(
        cls, hass: HomeAssistant, entry: ConfigEntry[Any], context: dict[str, Any]
    ) -> Self:
        manager = hass.config_entries.subentries
        handler = (entry.entry_id, SUBENTRY_TYPE_HOSTNAME)
        result = await manager.async_init(handler, context=context)
        return cls(hass, manager, ("config_subentries", SUBENTRY_TYPE_HOSTNAME), result)

    async def submit(self, **values: Any) -> Self:
        """Submit the form, and wait for all its effects."""
        flow_id = self.result["flow_id"]
        self.result = self._readable(
            await self._manager.async_configure(flow_id, values)
        )
        await self.hass.async_block_till_done(wait_background_tasks=True)
        while self.result["type"] == "progress":
            self.result = self._readable(await self._manager.async_configure(flow_id))
            await self.hass.async_block_till_done(wait_background_tasks=True)
        return self

    async def choose(self, option: str) -> Self:
        """Choose from the menu."""
        assert option in self.result["menu_options"]
        return await self.submit(next_step_id=option)

    @property
    def step(self) -> str | None:
        """Return the step of the form or menu, None if the flow is over."""
        is_open = self.result["type"] in ("form", "menu")
        return self.result["step_id"] if is_open else None

    @property
    def errors(self) -> Mapping[str, str]:
        """Return the errors of the form, each once.

        What is wrong in a section is repeated above the form, and the section is open.
        """
        assert self.step is not None, self.result
        errors = dict(self.result.get("errors") or {})
        if errors.get("base") != IN_SECTION:
            assert not errors.keys() & self.sections
            return errors
        del errors["base"]
        [(name, key)] = errors.items()
        assert not self.folded(name)
        problem = text_at(*self._category, "error", key)
        assert problem is not None
        assert self.placeholders["problem"] == problem.format(**self.placeholders)
        assert self.placeholders["wrong_field"]
        assert self.placeholders["wrong_section"]
        return errors

    @property
    def sections(self) -> set[str]:
        """Return the sections of the form."""
        schema = self.result.get("data_schema")
        return {
            str(marker)
            for marker, value in (schema.schema if schema else {}).items()
            if isinstance(value, section)
        }

    @property
    def placeholders(self) -> Mapping[str, str]:
        """Return the placeholders of the texts."""
        return self.result["description_placeholders"] or {}

    @property
    def reason(self) -> str | None:
        """Return the reason of an aborted flow, else None."""
        return self.result["reason"] if self.result["type"] == "abort" else None

    @property
    def entry(self) -> ConfigEntry[Any]:
        """Return the entry that the flow created."""
        assert self.result["type"] == "create_entry", self.result
        entry: ConfigEntry[Any] = self.result["result"]
        return entry

    @property
    def entry_options(self) -> Mapping[str, Any]:
        """Return the options that the flow stored."""
        assert self.result["type"] == "create_entry", self.result
        options: Mapping[str, Any] = self.result["data"]
        return options

    @property
    def fields(self) -> set[str]:
        """Return the fields of the form, with the key of their section before a dot."""
        return set(_fields(self.result["data_schema"].schema))

    @property
    def filled(self) -> dict[str, Any]:
        """Return the suggested values."""
        return _filled(self.result["data_schema"].schema)

    def folded(self, name: str) -> bool:
        """Return True if a section of the form is collapsed."""
        fields = self.result["data_schema"].schema
        found = next(value for key, value in fields.items() if key == name)
        return bool(found.options["collapsed"])

    def _readable(self, result: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a result after checking that it has all texts."""
        assert missing_texts(self._category, result) == []
        return result


def _fields(schema: Mapping[Any, Any]) -> list[str]:
    fields: list[str] = []
    for marker, value in schema.items():
        if isinstance(value, section):
            fields += [f"{marker}.{key}" for key in _fields(value.schema.schema)]
        else:
            fields.append(str(marker))
    return fields


def _filled(schema: Mapping[Any, Any]) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for marker, value in schema.items():
        if isinstance(value, section):
            if inner := _filled(value.schema.schema):
                filled[str(marker)] = inner
        elif "suggested_value" in (marker.description or {}):
            filled[str(marker)] = marker.description["suggested_value"]
    return filled
