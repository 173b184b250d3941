"""What a provider made of an update."""

from enum import StrEnum


class Outcome(StrEnum):
    """What a provider made of an update."""

    CREATED = "created"
    PENDING = "pending"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    WITHDRAWN = "withdrawn"
