"""The program `hass`, without the two packages that need a C++ compiler."""

import sys
from types import ModuleType

from homeassistant.__main__ import main

# The voice assistant is a default since 2026.11: its packages must be there to be imported,
# and are used when somebody speaks. They have no build for Python 3.14.
_SPEECH = {"pymicro_vad": "MicroVad", "pyspeex_noise": "AudioProcessor"}

for name, class_name in _SPEECH.items():
    sys.modules[name] = ModuleType(name)
    setattr(sys.modules[name], class_name, None)
sys.argv += ["--skip-pip-packages", ",".join(_SPEECH).replace("_", "-")]

sys.exit(main())
