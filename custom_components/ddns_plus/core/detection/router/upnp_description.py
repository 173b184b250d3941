"""The connections in a router's UPnP device description."""

from collections.abc import Iterator
from ipaddress import IPv4Address
import re
from xml.etree import ElementTree as ET

import defusedxml.ElementTree as safe  # type: ignore[import-untyped]
from yarl import URL

from ..source import FailureReason, SourceError
from .upnp_requester import is_at

_DEVICE = "urn:schemas-upnp-org:device-1-0"
# UPnP Forum: WANIPConnection:1 and WANPPPConnection:1 (2001), WANIPConnection:2 (2010)
_CONNECTION = re.compile(r"urn:schemas-upnp-org:service:WAN(?:IP|PPP)Connection:[12]")
_ADDRESSES = ("SCPDURL", "controlURL", "eventSubURL")
# no home router has more connections
_MOST_CONNECTIONS = 8


def connections_only(description: str, location: str, gateway: IPv4Address) -> str:
    """Return a description with only the connection services of a router.

    Each is in a device of its own: the UPnP library keeps one device per type and one
    service per type. Their URLs are made absolute. `location` is the URL of the
    description. Raises SourceError: UNSUPPORTED without such a service, WRONG_HOST if
    all are at another address, NOT_AN_ADDRESS for an invalid description.
    """
    try:
        root = safe.fromstring(description.strip(" \t\r\n\0"))
    # errors of defusedxml, for instance about entities, are ValueErrors
    except ET.ParseError, ValueError:
        raise SourceError(FailureReason.NOT_AN_ADDRESS) from None
    found = [
        fields
        for fields in _services(root)
        if _CONNECTION.fullmatch(fields.get("serviceType", ""))
    ]
    if not found:
        raise SourceError(FailureReason.UNSUPPORTED)
    base = _base(root, location, gateway)
    services = [
        service
        for fields in found[:_MOST_CONNECTIONS]
        if (service := _absolute(fields, base, gateway)) is not None
    ]
    if not services:
        raise SourceError(FailureReason.WRONG_HOST)
    return _written(services)


def _services(root: ET.Element) -> Iterator[dict[str, str]]:
    """Yield the fields of every service, also of nested devices.

    Namespaces are ignored, since they are often wrong.
    """
    for element in root.iter():
        if _local_name(element) == "service":
            yield {_local_name(field): (field.text or "").strip() for field in element}


def _local_name(element: ET.Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _base(root: ET.Element, location: str, gateway: IPv4Address) -> URL:
    """Return the base of relative URLs (UPnP Device Architecture 1.0, section 2.1)."""
    for element in root:
        text = (element.text or "").strip()
        if _local_name(element) == "URLBase" and is_at(text, gateway):
            return URL(text)
    return URL(location)


def _absolute(
    fields: dict[str, str], base: URL, gateway: IPv4Address
) -> dict[str, str] | None:
    """Return a service's fields with absolute URLs, None if one is not the router's."""
    made = {key: fields.get(key, "") for key in ("serviceType", "serviceId")}
    for key in _ADDRESSES:
        try:
            url = str(base.join(URL(fields.get(key, ""))))
        except ValueError:
            return None
        if not is_at(url, gateway):
            return None
        made[key] = url
    return made


def _written(services: list[dict[str, str]]) -> str:
    """Return a description with one nested device per service."""
    root = ET.Element("root", xmlns=_DEVICE)
    device = ET.SubElement(root, "device")
    nested = ET.SubElement(device, "deviceList")
    for number, fields in enumerate(services):
        one = ET.SubElement(nested, "device")
        ET.SubElement(one, "deviceType").text = f"connection {number}"
        service = ET.SubElement(ET.SubElement(one, "serviceList"), "service")
        for key, text in fields.items():
            ET.SubElement(service, key).text = text
    return ET.tostring(root, encoding="unicode")
