"""Voters that alone confirm the known address, round after round."""

from .quorum import Verdict, supporters
from .round import Round

# voters that confirmed the known address in each of the latest rounds
type Confirmers = tuple[frozenset[str], ...]

# as many rounds as a provider's own service is asked first
_ROUNDS = 3
# three companies in so few rounds are no clique
_FEW = 2


def voters_not_alone(confirmers: Confirmers) -> frozenset[str]:
    """Return the one or two voters that need another one to confirm the address.

    Stale sources that answer fastest would confirm it for ever.
    """
    together = frozenset[str]().union(*confirmers)
    is_clique = len(confirmers) == _ROUNDS and len(together) <= _FEW
    return together if is_clique else frozenset()


def confirmers_after(found: Round, before: Confirmers) -> Confirmers:
    """Return the voters that confirmed, after a round with public services."""
    if found.verdict is Verdict.CHANGED:
        return ()
    if found.verdict is not Verdict.UNCHANGED or found.address is None:
        return before
    voters = supporters(found.votes)[found.address]
    if voters <= found.requirements.not_alone:
        # there was no other: do not retry every round
        return (voters,)
    return (*before, voters)[-_ROUNDS:]
