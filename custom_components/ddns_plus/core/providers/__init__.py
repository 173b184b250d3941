"""DNS providers, one module each, found by their file name."""

from functools import cache
from importlib import import_module
import pkgutil
from typing import TYPE_CHECKING

from .base import Provider

if TYPE_CHECKING:
    from collections.abc import Mapping

# modules that hold what several providers share
_SHARED = frozenset(
    {
        "base",
        "cloudflare_api",
        "cloudflare_records",
        "custom_answer",
        "custom_fields",
        "custom_problems",
        "custom_request",
        "custom_template",
        "desec_api",
        "desec_record_sets",
        "dns_update_dialect",
        "dreamhost_api",
        "dyndns2_dialect",
        "freedns_dialect",
        "hetzner_api",
        "json_api",
        "json_zone",
        "phrase_dialect",
        "powerdns_record_sets",
        "push",
        "record_sets",
        "route53_api",
        "route53_xml",
        "route53_zones",
        "server_url",
        "zone",
        "zone_fields",
    }
)


def load_provider(slug: str) -> type[Provider]:
    """Import one provider by its slug; blocking, so call it in an executor.

    Raises LookupError when there is no such provider.
    """
    if slug not in provider_slugs():
        raise LookupError(slug)
    module = import_module(f".{slug}", __package__)
    for value in vars(module).values():
        if (
            isinstance(value, type)
            and issubclass(value, Provider)
            and value.__module__ == module.__name__
        ):
            return value
    raise LookupError(slug)


@cache
def provider_slugs() -> tuple[str, ...]:
    """Return the slugs of all providers; blocking, so call it in an executor."""
    return tuple(
        sorted(
            module.name
            for module in pkgutil.iter_modules(__path__)
            if not module.name.startswith("_") and module.name not in _SHARED
        )
    )


def load_all() -> Mapping[str, type[Provider]]:
    """Import all providers, for the form that lists them; blocking."""
    return {slug: load_provider(slug) for slug in provider_slugs()}
