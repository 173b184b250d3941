"""The second loopback address of IPv4. Linux has it by itself, a Mac does not."""

import pytest

from scripts.demo.ports import SECOND_IPV4_LOOPBACK, has_address

_IS_MISSING = not has_address(SECOND_IPV4_LOOPBACK)
_REASON = f"this machine has no address {SECOND_IPV4_LOOPBACK}"

needs_second_loopback = pytest.mark.skipif(_IS_MISSING, reason=_REASON)


def skip_without_second_loopback() -> None:
    """Skip the test that runs where the address is missing."""
    if _IS_MISSING:
        pytest.skip(_REASON)
