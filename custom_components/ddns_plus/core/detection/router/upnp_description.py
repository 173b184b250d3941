"""The connections in a router's UPnP device description."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address
import re
from xml.etree import ElementTree as ET

from yarl import URL

from ..source import FailureReason, SourceError
from .upnp_requester import is_at
from .upnp_xml import fields_of, local_name

# service of a router that names its default connection (UPnP Forum, 2001)
FORWARDING = "urn:schemas-upnp-org:service:Layer3Forwarding:1"
_DEVICE = "urn:schemas-upnp-org:device-1-0"
# UPnP Forum: WANIPConnection:1 and WANPPPConnection:1 (2001), WANIPConnection:2 (2010)
_CONNECTION = re.compile(r"urn:schemas-upnp-org:service:WAN(?:IP|PPP)Connection:[12]")
_ADDRESSES = ("SCPDURL", "controlURL", "eventSubURL")
# no home router has more connections
_MOST_CONNECTIONS = 8

# descriptions of one service, which differ in the base of its URLs
type Alternatives = Sequence[str]


def service_descriptions(
    root: ET.Element, location: str, gateway: IPv4Address
) -> Sequence[Alternatives]:
    """Return a description of its own for each connection service of a router.

    The UPnP library keeps one service per type, and none if one of them is broken.
    Their URLs are made absolute: relative to URLBase, then to `location`, the URL of
    the description. The service that names the default connection is the last one.
    Raises SourceError: UNSUPPORTED without a connection, WRONG_HOST if all are at
    another address.
    """
    found = list(_services(root))
    connections = [
        fields for fields in found if _CONNECTION.fullmatch(fields["serviceType"])
    ]
    if not connections:
        raise SourceError(FailureReason.UNSUPPORTED)
    bases = dict.fromkeys((*_bases(root, gateway), URL(location)))

    def described(fields: dict[str, str]) -> Alternatives:
        made = (_absolute(fields, base, gateway) for base in bases)
        return [_written(item) for item in made if item is not None]

    services = [
        alternatives
        for fields in connections[:_MOST_CONNECTIONS]
        if (alternatives := described(fields))
    ]
    if not services:
        raise SourceError(FailureReason.WRONG_HOST)
    forwarding = (item for item in found if item["serviceType"] == FORWARDING)
    for fields in forwarding:
        if alternatives := described(fields):
            return [*services, alternatives]
    return services


def _services(root: ET.Element) -> Iterator[dict[str, str]]:
    """Yield the fields of every service, also of nested devices, with their UDN."""
    waiting = [(root, "")]
    while waiting:
        element, udn = waiting.pop()
        if local_name(element) == "service":
            yield {"serviceType": "", **fields_of(element), "UDN": udn}
            continue
        if local_name(element) == "device":
            udn = fields_of(element).get("UDN", udn)
        waiting.extend((child, udn) for child in reversed(element))


def _bases(root: ET.Element, gateway: IPv4Address) -> Iterator[URL]:
    """Yield the base of relative URLs (UPnP Device Architecture 1.0, section 2.1)."""
    for element in root:
        text = (element.text or "").strip()
        if local_name(element) == "URLBase" and is_at(text, gateway):
            yield URL(text)
            return


def _absolute(
    fields: dict[str, str], base: URL, gateway: IPv4Address
) -> dict[str, str] | None:
    """Return a service's fields with absolute URLs, None if one is not the router's."""
    made = {key: fields.get(key, "") for key in ("UDN", "serviceType", "serviceId")}
    for key in _ADDRESSES:
        try:
            url = str(base.join(URL(fields.get(key, ""))))
        except ValueError:
            return None
        if not is_at(url, gateway):
            return None
        made[key] = url
    return made


def _written(fields: dict[str, str]) -> str:
    """Return the description of a device with one service."""
    root = ET.Element("root", xmlns=_DEVICE)
    device = ET.SubElement(root, "device")
    ET.SubElement(device, "deviceType").text = "connection"
    ET.SubElement(device, "UDN").text = fields["UDN"]
    service = ET.SubElement(ET.SubElement(device, "serviceList"), "service")
    for key, text in fields.items():
        if key != "UDN":
            ET.SubElement(service, key).text = text
    return ET.tostring(root, encoding="unicode")
