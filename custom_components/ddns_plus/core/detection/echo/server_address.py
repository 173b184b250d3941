"""Check that an answer is not the address of a server or proxy."""

from collections.abc import Collection

from ...address import Address
from ..catalog import CLOUDFLARE_NETWORKS
from ..source import FailureReason, SourceError


def check_not_server(address: Address, servers: Collection[Address]) -> None:
    """Raise SourceError for an address of the server or of Cloudflare's network."""
    if address in servers or any(address in item for item in CLOUDFLARE_NETWORKS):
        raise SourceError(FailureReason.SERVER_ADDRESS)
