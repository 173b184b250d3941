"""Configuration of ddclient and inadyn for services that speak dyndns2."""

from collections.abc import Mapping

from .case import PASSWORD, USER, InadynAccount

ACCOUNT = {"username": USER, "password": PASSWORD}
LOGIN = {"login": USER, "password": PASSWORD}
PATH = "/nic/update?hostname=%h&myip=%i"


def dyndns2(server: str, **changes: str) -> Mapping[str, str]:
    """Return ddclient's options for a server that speaks the protocol."""
    return {"protocol": "dyndns2", "server": server, **LOGIN, **changes}


def known(section: str, **changes: str) -> InadynAccount:
    """Return an account at a provider that inadyn knows."""
    return InadynAccount(section=f"provider {section}", settings=ACCOUNT | changes)


def custom(server: str, path: str = PATH, **changes: str) -> InadynAccount:
    """Return an account at a server that inadyn is told of."""
    return InadynAccount(
        section="custom server",
        settings={**ACCOUNT, "ddns-server": server, "ddns-path": path, **changes},
    )
