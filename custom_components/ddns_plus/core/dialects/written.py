"""Comparison of what a zone says it has written with what it was sent."""

from collections.abc import Iterable, Iterator
from typing import Any

from ..address import Address, Family, parse_address
from ..errors import UnexpectedResponse


def raise_for_other_content(body: Any, wanted: Iterable[Address]) -> None:
    """Raise UnexpectedResponse when an answer to a write tells other addresses.

    Of a family that it tells no address of nothing is known.
    """
    told = frozenset(_addresses_in(body))
    families = {Family.of(address) for address in told}
    if any(Family.of(each) in families and each not in told for each in wanted):
        raise UnexpectedResponse(reason="other_address", maybe_applied=True)


def _addresses_in(value: Any) -> Iterator[Address]:
    """Yield the texts of a JSON value that are an address and nothing else."""
    pending = [value]
    while pending:
        match pending.pop():
            case dict() as mapping:
                pending += mapping.values()
            case list() as items:
                pending += items
            case str() as text:
                try:
                    yield parse_address(text)
                except ValueError:
                    continue
