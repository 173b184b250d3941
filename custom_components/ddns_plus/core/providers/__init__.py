"""DNS providers: a module or package each, found by name."""

from contextlib import suppress
from functools import cache
from importlib import import_module
import logging
import pkgutil
from typing import TYPE_CHECKING

from ..provider import Provider

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOGGER = logging.getLogger(__name__)


def load_provider(slug: str) -> type[Provider]:
    """Import one provider by its slug; blocking, so call it in an executor.

    Raises LookupError if there is no such provider, or if its module cannot be used:
    the log then says why.
    """
    if slug not in provider_slugs():
        raise LookupError(slug)
    try:
        module = import_module(f".{slug}", __package__)
    except Exception:
        _LOGGER.exception("Provider %s cannot be loaded", slug)
        raise LookupError(slug) from None
    for value in vars(module).values():
        if (
            isinstance(value, type)
            and issubclass(value, Provider)
            and value.__module__ == module.__name__
        ):
            return value
    _LOGGER.error("Provider %s cannot be loaded: no class in its module", slug)
    raise LookupError(slug)


@cache
def provider_slugs() -> tuple[str, ...]:
    """Return the slugs of all providers; blocking, so call it in an executor."""
    return tuple(
        sorted(
            module.name
            for module in pkgutil.iter_modules(__path__)
            if not module.name.startswith("_")
        )
    )


def load_all() -> Mapping[str, type[Provider]]:
    """Import all providers, for the form that lists them; blocking.

    A provider that cannot be loaded is left out.
    """
    loaded: dict[str, type[Provider]] = {}
    for slug in provider_slugs():
        with suppress(LookupError):
            loaded[slug] = load_provider(slug)
    return loaded
