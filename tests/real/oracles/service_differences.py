"""Differences of services that speak dyndns2 or have an update URL."""

from .case import HOME
from .explanation import SYSTEM, Explanation, both

SERVICE_EXPLANATIONS = (
    Explanation(
        client="ddclient",
        cases=both("nsupdate_info", "selfhost"),
        parts=(SYSTEM,),
        why="as for others that speak dyndns2: no service documents it today",
    ),
    *(
        Explanation(
            client=client,
            cases=both("selfhost"),
            parts=(("parameter hostname", HOME, "1"),),
            why="selfHOST's API: the account stands for the name; 1 asks for dyndns2's words",
        )
        for client in ("ddclient", "inadyn")
    ),
    Explanation(
        client="inadyn",
        cases=both("nsupdate_info"),
        parts=(("host", "ipv4.nsupdate.info", "nsupdate.info"),),
        why="the hosts with a family find the address, which ours names; hosts of either "
        "family reach the other one",
    ),
)
