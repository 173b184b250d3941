"""The program `hass`, without the integrations whose packages need a C++ compiler."""

import sys

from homeassistant import bootstrap
from homeassistant.__main__ import main

# It is a default since 2026.11, and brings in the voice assistant: two packages without a
# build for Python 3.14.
bootstrap.DEFAULT_INTEGRATIONS.discard("assist_satellite")

sys.exit(main())
