"""All cases, and the other clients that each of them is for."""

from collections.abc import Sequence

from .case import Case
from .comparison import CLIENTS
from .dyndns_cases import DYNDNS_CASES
from .service_cases import SERVICE_CASES
from .token_cases import TOKEN_CASES
from .zone_cases import ZONE_CASES

CASES: Sequence[Case] = (*DYNDNS_CASES, *SERVICE_CASES, *TOKEN_CASES, *ZONE_CASES)
COMPARED = [
    (client, case)
    for case in CASES
    for client in CLIENTS
    if getattr(case, client) is not None
]
