"""Evidence that a provider is used correctly, from its scenario file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .incomplete import IncompleteProviderError

_ROOT = Path(__file__).parents[2]
_SCENARIOS = _ROOT / "tests" / "providers" / "scenarios"

SERVER = "a real server, or recorded answers of one"
DOCUMENTATION = "the provider's own documentation"
CLIENTS = "the code of several other clients"
ONE_CLIENT = "the code of one other client"
# the surest first
KINDS = (SERVER, DOCUMENTATION, CLIENTS, ONE_CLIENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Sources of a provider's requests and answers, and the servers and clients of its tests.

    `documentation` is the provider's own, `read` in a month such as 2026-11. `recorded` is
    the month in which answers of the real service were recorded. `servers` are real ones,
    each with the file of the tests that run against it; `clients` are those whose requests
    are compared with ours. `code` is that of other clients, named only where
    `documentation` is not at hand. `simulated`: whether a service of ours plays the
    provider's part in the tests.
    """

    documentation: str = ""
    read: str = ""
    recorded: str = ""
    servers: Mapping[str, str] = field(default_factory=dict)
    clients: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    simulated: bool = True

    @classmethod
    def parse(cls, data: Mapping[str, Any], *, simulated: bool) -> Evidence:
        """Read it. Raises TypeError for what is not in the format, or contradicts itself."""
        lists = {key: tuple(data[key]) for key in ("clients", "code") if key in data}
        if "documentation" in data and "code" in data:
            raise TypeError("`documentation` or `code`, not both")
        if ("documentation" in data) != ("read" in data):
            raise TypeError("`documentation` with the month in which it was `read`")
        return cls(**{**data, **lists}, simulated=simulated)

    @property
    def in_short(self) -> str:
        """Return the kinds of evidence, the surest first."""
        known = [
            in_words(self.servers),
            f"recorded {self.recorded}" if self.recorded else "",
            f"official documentation ({self.read})" if self.documentation else "",
            f"compared with {in_words(self.clients)}" if self.clients else "",
            f"code of {in_words(self.code)}" if self.code else "",
        ]
        return "; ".join(filter(None, known)) or "simulated services"

    @property
    def kind(self) -> str:
        """Return the surest kind of evidence, as one of `KINDS`, or empty without any."""
        if self.servers or self.recorded:
            return SERVER
        if self.documentation:
            return DOCUMENTATION
        if not self.code:
            return ""
        return CLIENTS if len({*self.code, *self.clients}) > 1 else ONE_CLIENT


def in_words(names: Mapping[str, Any] | tuple[str, ...]) -> str:
    """Return names as a list in a sentence."""
    *others, last = names or ("",)
    return f"{', '.join(others)} and {last}" if others else last


def read_evidence(slug: str, folder: Path = _SCENARIOS) -> Evidence:
    """Return the evidence for a provider.

    Raises IncompleteProviderError where the scenario file has none.
    """
    path = folder / f"{slug}.yaml"
    name = f"tests/providers/scenarios/{path.name}"
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Evidence.parse(data["evidence"], simulated="real_server" not in data)
    except FileNotFoundError:
        raise IncompleteProviderError(
            f"{name} is missing: copy the file of a provider of the same kind there"
        ) from None
    except (KeyError, TypeError) as err:
        raise IncompleteProviderError(
            f"{name} needs `evidence` with keys of scripts/provider_docs/evidence.py, "
            f"such as `documentation: https://...` ({err})"
        ) from None
