"""Asking pretend operators in virtual time."""

import asyncio
from collections.abc import Sequence

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.asking import RoundOptions, run_round
from custom_components.ddns_plus.core.detection.judge.operator_back_off import (
    OperatorBackOff,
)
from custom_components.ddns_plus.core.detection.judge.quorum import Requirements
from custom_components.ddns_plus.core.detection.judge.round import Round
from custom_components.ddns_plus.core.local_endpoint import ANYWHERE, LocalEndpoint

from .operators import OLD, PretendSource
from .virtual_time import run

ROUTINE = Requirements(known=OLD)
# as the integration asks
FULL = Requirements(known=OLD, outside=True)
FULL_HINTED = Requirements(known=OLD, outside=True, confirmations=2)
FULL_FIRST = Requirements(outside=True)


def operators(
    *answers: Address | Exception, latency: float = 0.03
) -> list[PretendSource]:
    """Return operators named a, b, c ... with these answers."""
    return [
        PretendSource(operator="abcdefgh"[number], answer=answer, latency=latency)
        for number, answer in enumerate(answers)
    ]


def ask(
    sources: Sequence[PretendSource],
    requirements: Requirements = ROUTINE,
    *,
    back_off: OperatorBackOff | None = None,
    options: RoundOptions = RoundOptions(),
    endpoint: LocalEndpoint = ANYWHERE,
) -> tuple[Round, float]:
    """Return a round, and the seconds it took."""

    async def one() -> tuple[Round, float]:
        found = await run_round(
            sources,
            Family.IPV4,
            requirements,
            back_off=back_off or OperatorBackOff(),
            options=options,
            endpoint=endpoint,
        )
        return found, asyncio.get_running_loop().time()

    return run(one())


def asked(sources: Sequence[PretendSource]) -> str:
    """Return the keys of the sources that were asked, in their own order."""
    return "".join(source.key for source in sources if source.asked)
