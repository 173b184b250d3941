"""The result of one round of asking."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ...address import Address, Family
from ...local_endpoint import LocalEndpoint
from ..source import SourceFailure
from .quorum import Requirements, Verdict, Vote


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Result of one round: verdict, votes and failures.

    `requirements` are those given, `address` the accepted one, None without one.
    `asked` are the operators by source key, `failures` the failures by source key. A
    source that was not needed is in neither.
    """

    family: Family
    endpoint: LocalEndpoint
    requirements: Requirements
    verdict: Verdict
    address: Address | None
    votes: tuple[Vote, ...]
    asked: Mapping[str, str]
    failures: Mapping[str, SourceFailure]
    started: datetime
    ended: datetime
