"""Refusing the addresses that cannot be a home's: those of who was asked, or of a proxy."""

from collections.abc import Collection

from ...address import Address
from ..catalog import CLOUDFLARE_NETWORKS
from ..source import FailureReason, SourceError


def check_not_server(address: Address, servers: Collection[Address]) -> None:
    """Refuse an answer that names the server itself, or a proxy of Cloudflare's network.

    Raises SourceError.
    """
    if address in servers or any(address in item for item in CLOUDFLARE_NETWORKS):
        raise SourceError(FailureReason.SERVER_ADDRESS)
