"""The certificate authority of the tests."""

import subprocess
import sys

_FROZEN_FIRST = """
from freezegun import freeze_time
from tests.providers.certificates import certificate_authority

with freeze_time():
    certificate_authority().server_context()
certificate_authority()._context("example.com")
"""


def test_a_frozen_clock_spoils_no_later_certificate() -> None:
    """Also where the first test of a run freezes it."""
    done = subprocess.run(
        [sys.executable, "-c", _FROZEN_FIRST],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
