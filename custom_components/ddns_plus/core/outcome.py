"""Outcome of an update."""

from enum import StrEnum


class Outcome(StrEnum):
    """Result of an update that the provider accepted."""

    CREATED = "created"
    PENDING = "pending"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    WITHDRAWN = "withdrawn"
