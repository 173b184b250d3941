"""An address that the user has written down."""

from ..address import Address, Family
from .local_endpoint import ANYWHERE, LocalEndpoint
from .source import Transport, check_answer


class FixedSource:
    """Tells the address that the user has given."""

    key = "fixed"
    operator = "user"
    transport = Transport.LAN

    def __init__(self, address: Address) -> None:
        """Keep the address."""
        self._address = address

    async def ask(self, family: Family, endpoint: LocalEndpoint = ANYWHERE) -> Address:
        """Return the address. Raises SourceError."""
        check_answer(self._address, family)
        return self._address
