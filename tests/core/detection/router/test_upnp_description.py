"""Tests of reading a router's device description."""

import asyncio
from contextlib import suppress
from xml.etree import ElementTree as ET

from hypothesis import given, strategies as st
import pytest

from custom_components.ddns_plus.core.detection.router.upnp_description import (
    service_descriptions,
)
from custom_components.ddns_plus.core.detection.router.upnp_xml import parse_xml
from custom_components.ddns_plus.core.detection.source import SourceError

from .fake_gateway_device import GATEWAY, IP_1, OTHER

LOCATION = f"http://{GATEWAY}:49000/igddesc.xml"
NAMESPACE = "{urn:schemas-upnp-org:device-1-0}"

_NAMES = st.sampled_from(
    ["service", "serviceType", "controlURL", "SCPDURL", "URLBase", "device", "x:y"]
)
_TEXTS = st.one_of(
    st.sampled_from([IP_1, "/a", f"http://{OTHER}/", LOCATION, "http://[", "\ud800"]),
    st.text(max_size=20),
)


def service(kind: str = IP_1, **addresses: str) -> str:
    """Return a service as descriptions have it, in no namespace."""
    fields = {"controlURL": "/c", "eventSubURL": "/e", "SCPDURL": "/s", **addresses}
    return (
        f"<service><serviceType>{kind}</serviceType>"
        + "".join(f"<{key}>{text}</{key}>" for key, text in fields.items())
        + "</service>"
    )


def urls(description: str) -> list[str]:
    """Return the control URLs of the connections, relative to the first base."""
    root = asyncio.run(parse_xml(description))
    return [
        ET.fromstring(first).findtext(f".//{NAMESPACE}controlURL", "")  # noqa: S314 - our own
        for first, *_ in service_descriptions(root, LOCATION, GATEWAY)
    ]


def test_namespaces_and_nesting_do_not_matter() -> None:
    """Many routers have them wrong."""
    nested = f"<root><device><serviceList>{service()}</serviceList></device></root>"
    assert urls(nested) == [f"http://{GATEWAY}:49000/c"]
    assert urls(nested.replace("<root", '<root xmlns="urn:other"')) == urls(nested)
    assert urls(nested + "\n\0\0") == urls(nested)


def test_services_of_the_same_type_are_kept() -> None:
    """Each has a device of its own."""
    two = f"<root>{service()}{service(controlURL='/d')}</root>"
    assert [url.rpartition("/")[2] for url in urls(two)] == ["c", "d"]
    many = f"<root>{service() * 100}</root>"
    assert len(urls(many)) == 8


def test_what_is_elsewhere_is_left_out() -> None:
    """The rest is used; without a rest there is nothing."""
    foreign = service(eventSubURL=f"http://{OTHER}/e")
    assert len(urls(f"<root>{foreign}{service()}</root>")) == 1
    with pytest.raises(SourceError, match="wrong_host"):
        urls(f"<root>{foreign}</root>")


@given(
    st.recursive(
        st.tuples(_NAMES, _TEXTS),
        lambda inner: st.tuples(_NAMES, st.lists(inner, max_size=4)),
        max_leaves=20,
    )
)
def test_any_document(tree: tuple[str, object]) -> None:
    """It is read, or refused for a reason; what is left is at the router."""

    def written(node: tuple[str, object]) -> str:
        name, content = node
        body = (
            "".join(written(item) for item in content)
            if isinstance(content, list)
            else str(content)
        )
        return f"<{name}>{body}</{name}>"

    with suppress(SourceError):
        left = urls(f"<root>{service()}{written(tree)}</root>")
        assert all(url.startswith(f"http://{GATEWAY}:49000/") for url in left)


@given(st.text())
def test_any_text(text: str) -> None:
    """What is no description is refused."""
    with pytest.raises(SourceError, match="not_an_address|unsupported"):
        urls(text)
