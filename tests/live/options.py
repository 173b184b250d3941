"""Options of a connection: as a person fills them in, and as diagnostics tell them."""

from collections.abc import Mapping
from typing import Any

from custom_components.ddns_plus.core.address import Family


def as_diagnosed(options: Mapping[str, Any]) -> Mapping[str, object]:
    """Return options of the form, or of diagnostics, in a shape that both can have."""
    networks = options.get("allowed_networks", ())
    fixed = {family for family in Family if options.get(f"fixed_{family}")}
    return {
        "families": set(
            options.get("families", [item for item in Family if options.get(item)])
        ),
        "built_in": set(options.get("built_in_sources", options.get("built_in", ()))),
        "entities": len(options.get("entities", ())),
        "networks": networks if isinstance(networks, int) else len(networks),
        "fixed": set(options.get("fixed", fixed)),
        "push": options.get("push", True),
        "router_difference": options.get("router_difference", "hold"),
        "translated": options.get("accept_translated", False),
        "carrier_grade_nat": options.get("accept_carrier_grade_nat", False),
    }
