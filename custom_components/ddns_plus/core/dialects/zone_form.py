"""The lists and records of a zone API as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..hostname import Hostname
from .json_api import Listing
from .json_zone import complete_name, full_name, relative_name
from .zone import Zone


class NameForm(StrEnum):
    """The way in which an API writes the name of a record."""

    RELATIVE = "relative"
    FULL = "full"
    DOTTED = "dotted"

    def read(self, name: object, zone: Hostname) -> Hostname | None:
        """Return the hostname of a name, None for one that no hostname can have."""
        read = full_name if self is NameForm.RELATIVE else complete_name
        return read(name, zone)

    def written(self, hostname: Hostname, zone: Zone, apex: str) -> str:
        """Return a hostname as the API writes it, `apex` for the zone in relative names."""
        if self is NameForm.RELATIVE:
            return relative_name(hostname, zone.name, apex)
        return f"{hostname}." if self is NameForm.DOTTED else str(hostname)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneListing(Listing):
    """The list of zones; `name` and `handle` are keys of an item.

    `smallest_ttl` is the key of the zone's own, in seconds, where zones differ.
    `in_path` is True where paths take the name of a zone, so that a zone that the user
    named is not looked for.
    """

    name: str = "name"
    handle: str = "id"
    smallest_ttl: str = ""
    in_path: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordListing(Listing):
    """The list of a zone's records; `{zone}` in its path is the handle of the zone.

    `by_name` is the parameter that asks for one name alone, written in `names`, and
    `most_names` the number of names that are asked for one by one. `wildcards` is True
    where that works for wildcards.
    """

    by_name: str = ""
    names: NameForm = NameForm.RELATIVE
    most_names: int = 1
    wildcards: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A request that changes something.

    `path` may hold `{records}`, the path of the list of records, and the words
    `{zone}`, `{name}`, `{type}` and `{record}`, the record's id.
    """

    method: str
    path: str = ""


def in_list(body: Mapping[str, object]) -> object:
    """Return a body as the only item of a list."""
    return [body]


def within(key: str) -> Callable[[Mapping[str, object]], object]:
    """Return a rule that puts a body under a key."""
    return lambda body: {key: body}


def as_is(body: Mapping[str, object]) -> object:
    """Return a body."""
    return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The keys of a record or record set, and the calls that create, change and delete it.

    `item` is the key of an address among the values of a record set, where values are
    objects. `ttl` is empty where there is none. `names` and `apex` say how names are
    written. `resends` are those of "name" and "type" that are sent with a change, too.
    `keeps_ttl` is False where a change without a TTL resets it. `new_ttl` in seconds is
    for a new record for which no TTL is wanted. `number` makes of a TTL what is sent.
    `extra` goes with every new record, and `wrap` makes the body that is sent.
    `changes` is None where an API can only add and delete.
    """

    name: str = "name"
    type: str = "type"
    value: str = "content"
    item: str = ""
    ttl: str = "ttl"
    handle: str = "id"
    names: NameForm = NameForm.RELATIVE
    apex: str = "@"
    resends: frozenset[str] = frozenset()
    keeps_ttl: bool = True
    new_ttl: int | None = None
    number: Callable[[int], int | str] = int
    extra: Mapping[str, object] = field(default_factory=dict)
    wrap: Callable[[Mapping[str, object]], object] = as_is
    creates: Call = Call("POST", "{records}")
    changes: Call | None = Call("PUT")
    deletes: Call = Call("DELETE")
