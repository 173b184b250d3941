"""LAN sources that contradict the known address."""

from ...address import Address
from .round import Round

# source keys and their addresses
type Dissent = frozenset[tuple[str, Address]]


def confirms(found: Round, known: Address, dissent: Dissent) -> bool:
    """Return True if a round on the LAN confirms the known address.

    One source must report it. Any contradiction must be older than the last agreement
    of public services: a stuck sensor would cause questions to them for ever.
    """
    said = {(vote.source, vote.address) for vote in found.votes}
    others = {item for item in said if item[1] != known}
    return others != said and others <= dissent


def still_dissent(found: Round, believed: Address, before: Dissent) -> Dissent:
    """Return the LAN sources that contradict the accepted address.

    A source that did not answer keeps its previous answer.
    """
    said = {vote.source: vote.address for vote in found.votes if not vote.outside}
    kept = {item for item in before if item[0] not in said}
    return frozenset(item for item in {*said.items(), *kept} if item[1] != believed)
