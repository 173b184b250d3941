"""A router's connection services, read from its descriptions."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
import logging
from typing import override
from xml.etree import ElementTree as ET

from async_upnp_client.client import UpnpService
from async_upnp_client.client_factory import UpnpFactory
from async_upnp_client.const import HttpRequest, HttpResponse
from async_upnp_client.exceptions import (
    UpnpActionError,
    UpnpConnectionError,
    UpnpResponseError,
)

from ...local_endpoint import LocalEndpoint
from ..source import FailureReason, SourceError, SourceFailure
from .upnp_description import FORWARDING, Alternatives, service_descriptions
from .upnp_requester import GatewayRequester, is_at
from .upnp_xml import fields_of, local_name, parse_xml

_LOGGER = logging.getLogger(__name__)

# the descriptions of all services are read at once, within the time of a question
_SERVICE_SECONDS = 2.5
_SERVICE = "urn:schemas-upnp-org:service-1-0"
# what every connection offers (UPnP Forum, WANIPConnection:1, 2.4)
_STANDARD = f"""\
<scpd xmlns="{_SERVICE}"><actionList>
<action><name>GetExternalIPAddress</name><argumentList><argument>
<name>NewExternalIPAddress</name><direction>out</direction>
<relatedStateVariable>ExternalIPAddress</relatedStateVariable>
</argument></argumentList></action>
<action><name>GetStatusInfo</name><argumentList><argument>
<name>NewConnectionStatus</name><direction>out</direction>
<relatedStateVariable>ConnectionStatus</relatedStateVariable>
</argument></argumentList></action>
</actionList><serviceStateTable>
<stateVariable sendEvents="yes"><name>ExternalIPAddress</name>
<dataType>string</dataType></stateVariable>
<stateVariable sendEvents="yes"><name>ConnectionStatus</name>
<dataType>string</dataType></stateVariable>
</serviceStateTable></scpd>"""
# an action of ours has at most five results, a service some dozen variables
_ACTIONS = frozenset(
    {
        "GetDefaultConnectionService",
        "GetExternalIPAddress",
        "GetStatusInfo",
        "X_AVM_DE_GetExternalIPv6Address",
        "X_AVM_DE_GetIPv6Prefix",
    }
)
_MOST_ARGUMENTS = 16
_MOST_VARIABLES = 128
_LONGEST_NAME = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The connection services of a router, as its description has them.

    `forwarding` names the default connection. `whole` is False if the description of a
    service could not be read: it then counts as one that offers the standard actions.
    """

    gateway: IPv4Address
    location: str
    services: tuple[UpnpService, ...]
    forwarding: UpnpService | None
    whole: bool


async def read_device(
    gateway: IPv4Address, location: str, endpoint: LocalEndpoint
) -> Device:
    """Return the device at a location. Raises SourceError."""
    if not is_at(location, gateway):
        raise SourceError(FailureReason.WRONG_HOST)
    requester = GatewayRequester(gateway, endpoint)
    try:
        response = await requester.async_http_request(
            HttpRequest("GET", location, {}, None)
        )
    except UpnpConnectionError as err:
        failure = upnp_failure(err)
    else:
        if response.status_code != 200:
            raise SourceError(
                FailureReason.HTTP_STATUS, status=int(response.status_code)
            )
        root = await parse_xml(response.body or "")
        described = service_descriptions(root, location, gateway)
        found = await asyncio.gather(
            *(_read_service(gateway, location, endpoint, each) for each in described)
        )
        return Device(
            gateway=gateway,
            location=location,
            services=tuple(
                service for service, _ in found if service.service_type != FORWARDING
            ),
            forwarding=next(
                (service for service, _ in found if service.service_type == FORWARDING),
                None,
            ),
            whole=all(read for _, read in found),
        )
    raise SourceError(failure)


async def _read_service(
    gateway: IPv4Address, location: str, endpoint: LocalEndpoint, ways: Alternatives
) -> tuple[UpnpService, bool]:
    """Return a service, and whether its own description was read.

    Raises SourceError. An unused connection often has a broken description, and so has
    one that is used.
    """
    for description in ways:
        requester = _ServiceRequester(gateway, endpoint, location, description)
        try:
            async with asyncio.timeout(_SERVICE_SECONDS / len(ways)):
                return await _create(requester, location), True
        except Exception as err:  # noqa: BLE001 - hostile descriptions make the library raise anything
            _LOGGER.debug("A service is not described: %s", upnp_failure(err))
    requester = _ServiceRequester(gateway, endpoint, location, ways[0], _STANDARD)
    try:
        return await _create(requester, location), False
    except Exception as err:  # noqa: BLE001 - the same
        failure = upnp_failure(err)
    raise SourceError(failure)


async def _create(requester: GatewayRequester, location: str) -> UpnpService:
    """Return the only service of a device."""
    factory = UpnpFactory(requester, non_strict=True)
    device = await factory.async_create_device(location)
    [service] = device.all_services
    return service


class _ServiceRequester(GatewayRequester):
    """Requester that has the description of a device, and reduces that of its service."""

    def __init__(
        self,
        gateway: IPv4Address,
        endpoint: LocalEndpoint,
        location: str,
        description: str,
        actions: str | None = None,
    ) -> None:
        """Initialize; `actions` is what the service offers, None to ask the router."""
        super().__init__(gateway, endpoint)
        self._description: str | None = description
        self._location = location
        self._actions = actions

    @override
    async def async_http_request(self, http_request: HttpRequest) -> HttpResponse:
        """Return the response to a request. Raises like GatewayRequester."""
        if http_request.method != "GET":
            return await super().async_http_request(http_request)
        if self._description is not None and http_request.url == self._location:
            # read once: a service may claim to be described at the same place
            description, self._description = self._description, None
            return HttpResponse(200, {}, description)
        if self._actions is not None:
            return HttpResponse(200, {}, self._actions)
        response = await super().async_http_request(http_request)
        if response.status_code != 200:
            return response
        root = await parse_xml(response.body or "")
        return HttpResponse(200, response.headers, _reduced(root))


def _reduced(root: ET.Element) -> str:
    """Return a service description with what is used of it, small enough to parse at once."""
    reduced = ET.Element("scpd", xmlns=_SERVICE)
    actions = ET.SubElement(reduced, "actionList")
    for fields, element in _named(root, "action"):
        if fields["name"] not in _ACTIONS or len(actions) == len(_ACTIONS):
            continue
        action = ET.SubElement(actions, "action")
        ET.SubElement(action, "name").text = fields["name"]
        arguments = ET.SubElement(action, "argumentList")
        for argument, _ in _named(element, "argument"):
            if len(arguments) < _MOST_ARGUMENTS:
                made = ET.SubElement(arguments, "argument")
                for key in ("name", "direction", "relatedStateVariable"):
                    ET.SubElement(made, key).text = argument.get(key, "")
    table = ET.SubElement(reduced, "serviceStateTable")
    for fields, element in _named(root, "stateVariable"):
        if len(table) == _MOST_VARIABLES:
            break
        evented = element.get("sendEvents", fields.get("sendEventsAttribute", "no"))
        variable = ET.SubElement(table, "stateVariable", sendEvents=evented)
        for key in ("name", "dataType"):
            ET.SubElement(variable, key).text = fields.get(key, "")
    return ET.tostring(reduced, encoding="unicode")


def _named(root: ET.Element, kind: str) -> Iterator[tuple[dict[str, str], ET.Element]]:
    """Yield the elements of a kind, with their short fields."""
    for element in root.iter():
        if local_name(element) != kind:
            continue
        fields = {
            key: text
            for key, text in fields_of(element).items()
            if len(text) <= _LONGEST_NAME
        }
        if fields.get("name"):
            yield fields, element


def upnp_failure(err: Exception) -> SourceFailure:
    """Return the failure behind an exception of the UPnP library."""
    match err:
        case SourceError():
            return err.failure
        case TimeoutError():
            return SourceFailure(FailureReason.TIMEOUT)
        # a subclass of the next one, hence before it
        case UpnpActionError():
            return SourceFailure(FailureReason.REFUSED, status=err.error_code)
        case UpnpResponseError():
            return SourceFailure(FailureReason.HTTP_STATUS, status=err.status)
        case UpnpConnectionError():
            return SourceFailure(FailureReason.UNREACHABLE)
    return SourceFailure(FailureReason.NOT_AN_ADDRESS)
