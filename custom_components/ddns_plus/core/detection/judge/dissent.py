"""Who in the house contradicts what is believed, and whether that is any news. Pure."""

from ...address import Address
from .round import Round

# source keys, and the addresses that they tell instead
type Dissent = frozenset[tuple[str, Address]]


def confirms(found: Round, known: Address, dissent: Dissent) -> bool:
    """Return whether a round in the house confirms the known address.

    Somebody must tell it, and nobody anything else, unless it was that already when the
    outside last agreed: a sensor that got stuck would have the outside asked for ever.
    """
    said = {(vote.source, vote.address) for vote in found.votes}
    others = {item for item in said if item[1] != known}
    return others != said and others <= dissent


def still_dissent(found: Round, believed: Address, before: Dissent) -> Dissent:
    """Return who in the house contradicts the address that a round believes.

    Who was not heard is taken to tell what it told before.
    """
    said = {vote.source: vote.address for vote in found.votes if not vote.outside}
    kept = {item for item in before if item[0] not in said}
    return frozenset(item for item in {*said.items(), *kept} if item[1] != believed)
