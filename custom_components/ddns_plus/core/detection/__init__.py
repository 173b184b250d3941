"""Learning the public address: many are asked, two independent operators are believed."""

from .answers import Format
from .base import AddressSource, FailureReason, SourceError, SourceFailure
from .detect import OperatorBackOff, Round, run_round
from .http import HttpOptions, HttpSource, http_sources
from .knowledge import Knowledge, Policy
from .quorum import Question, Verdict, Vote
from .sources import (
    SOURCES,
    Source,
    check_custom_source,
    custom_source,
    default_sources,
)

__all__ = [
    "SOURCES",
    "AddressSource",
    "FailureReason",
    "Format",
    "HttpOptions",
    "HttpSource",
    "Knowledge",
    "OperatorBackOff",
    "Policy",
    "Question",
    "Round",
    "Source",
    "SourceError",
    "SourceFailure",
    "Verdict",
    "Vote",
    "check_custom_source",
    "custom_source",
    "default_sources",
    "http_sources",
    "run_round",
]
