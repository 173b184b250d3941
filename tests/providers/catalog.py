"""The providers under test, and what their scenario files say of them."""

from functools import cache
from importlib import import_module
import inspect
from types import ModuleType

from custom_components.ddns_plus.core import providers
from custom_components.ddns_plus.core.provider import Provider
from custom_components.ddns_plus.core.providers import load_provider, provider_slugs

from .scenario import ScenarioFile, has_file, load

# one of each shape, to copy
TEMPLATES = ("_example_dyndns2", "_example_update_url", "_example_zone")
# one that has no scenario file yet is told by a test of its own
SLUGS = [slug for slug in (*provider_slugs(), *TEMPLATES) if has_file(slug)]


def provider_type(slug: str) -> type[Provider]:
    """Return a provider's class; that of a template too, which is not offered."""
    if slug not in TEMPLATES:
        return load_provider(slug)
    module = import_module(f"{providers.__name__}.{slug}")
    (found,) = classes(module)
    return found


def classes(module: ModuleType) -> list[type[Provider]]:
    """Return the providers that a module defines."""
    return [
        value
        for value in vars(module).values()
        if inspect.isclass(value)
        and issubclass(value, Provider)
        and value.__module__ == module.__name__
    ]


@cache
def scenario_file(slug: str) -> ScenarioFile:
    """Return what is said of a provider."""
    return load(slug, provider_type(slug).info)


# those that speak HTTP
HTTP_SLUGS = [slug for slug in SLUGS if scenario_file(slug).real_server is None]
