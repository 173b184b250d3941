"""XML documents of a router, read in small steps and within limits."""

import asyncio
from typing import override
from xml.etree import ElementTree as ET

import defusedxml.ElementTree as safe  # type: ignore[import-untyped]

from ..source import FailureReason, SourceError

# parsed in a millisecond or two
_STEP = 4096
# a router's description has some hundred elements
_MOST_ELEMENTS = 4096
_DEEPEST = 32


class _BoundedBuilder(ET.TreeBuilder):
    """Builder of a tree that is neither large nor deep. Raises ValueError."""

    def __init__(self) -> None:
        """Initialize an empty tree."""
        super().__init__()
        self._elements = self._depth = 0

    @override
    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        """Begin an element."""
        self._elements += 1
        self._depth += 1
        if self._elements > _MOST_ELEMENTS or self._depth > _DEEPEST:
            raise ValueError("too large")
        return super().start(tag, attrs)

    @override
    def end(self, tag: str, /) -> ET.Element:
        """End an element."""
        self._depth -= 1
        return super().end(tag)


async def parse_xml(text: str) -> ET.Element:
    """Return the root of a document, whose entities and DTDs are refused.

    Raises SourceError NOT_AN_ADDRESS for another text, or one beyond the limits.
    """
    text = text.strip(" \t\r\n\0")
    parser = safe.XMLParser(target=_BoundedBuilder())
    try:
        for start in range(0, len(text), _STEP):
            parser.feed(text[start : start + _STEP])
            # a hostile document must not block the event loop
            await asyncio.sleep(0)
        root: ET.Element = parser.close()
    # errors of defusedxml, for instance about entities, are ValueErrors
    except ET.ParseError, ValueError, AssertionError:
        raise SourceError(FailureReason.NOT_AN_ADDRESS) from None
    return root


def local_name(element: ET.Element) -> str:
    """Return the name of an element without its namespace, which is often wrong."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def fields_of(element: ET.Element) -> dict[str, str]:
    """Return the texts of an element's children by their names."""
    return {local_name(field): (field.text or "").strip() for field in element}
