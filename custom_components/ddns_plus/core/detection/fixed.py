"""A fixed address given by the user."""

from ..address import Address, Family
from ..local_endpoint import ANYWHERE, LocalEndpoint
from .source import Transport, check_answer


class FixedSource:
    """A source with a fixed address."""

    key = "fixed"
    operator = "user"
    transport = Transport.LAN

    def __init__(self, address: Address) -> None:
        """Initialize the address."""
        self._address = address

    async def ask(self, family: Family, endpoint: LocalEndpoint = ANYWHERE) -> Address:
        """Return the address. Raises SourceError."""
        check_answer(self._address, family)
        return self._address
