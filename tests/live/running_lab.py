"""Laying a lab: its hosts and networks, its servers, and Home Assistant at home in it."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
import shlex
import stat
import sys

from scripts.demo.home_assistant import HomeAssistantInstance
from tests.real.namespaces import Namespace, move_to, require
from tests.real.router import RouterLab, router_lab

from .lab import HOME_PREFIX, Lab
from .outside import NAME_SERVER, Outside

_WAN_IPV6, _OUTSIDE_IPV6 = "2606:aa00::2", "2606:aa00::1"

# as `default_config` has it where it matters here, without what this lab cannot serve
CONFIGURATION = """\
api:
config:
ssdp:
repairs:
# what a router's own integration would show
input_text:
  router_address:
    max: 100
template:
  - sensor:
      - name: Router
        unique_id: router
        state: "connected"
        availability: "{{ states('input_text.router_address') != 'restarting' }}"
        attributes:
          wan_address: "{{ states('input_text.router_address') }}"
logger:
  default: warning
  logs:
    custom_components.ddns_plus: debug
"""
# its own view of names: nothing of this machine's is changed
_WRAPPER = """\
#!/bin/sh
exec unshare --mount sh -c 'mount --bind {hosts} /etc/hosts && mount --bind {resolver} /etc/resolv.conf && exec "$0" "$@"' {program} "$@"
"""


@contextmanager
def entered(host: Namespace) -> Generator[None]:
    """Be on another host: sockets and programs of this thread are that host's meanwhile."""
    with (
        Path("/proc/thread-self/ns/net").open("rb") as here,
        Path(f"/run/netns/{host.name}").open("rb") as there,
    ):
        move_to(there)
        try:
            yield
        finally:
            move_to(here)


def with_names(program: str, outside: Outside, folder: Path) -> Path:
    """Return a command that runs a program which knows the names of the lab."""
    resolver = folder / "resolv.conf"
    resolver.write_text(f"nameserver {NAME_SERVER}\n")
    wrapper = folder / Path(program).name
    wrapper.write_text(
        _WRAPPER.format(
            hosts=shlex.quote(str(outside.hosts)),
            resolver=shlex.quote(str(resolver)),
            program=shlex.quote(program),
        )
    )
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    return wrapper


def lay_ipv6_way_out(lab: RouterLab) -> None:
    """Route IPv6 from the router to the outside; a link that goes down forgets that."""
    lab.router.ip("-6", "addr", "replace", f"{_WAN_IPV6}/64", "dev", "wan0", "nodad")
    lab.router.ip("-6", "route", "replace", "default", "via", _OUTSIDE_IPV6)


def _lay_ipv6(lab: RouterLab) -> None:
    """Route IPv6 between the outside and the home, with temporary addresses at home."""
    for namespace in (lab.isp, lab.router, lab.home):
        namespace.sysctl(
            "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0"
        )
    lab.router.sysctl(
        "net.ipv6.conf.all.forwarding=1", "net.ipv6.conf.all.keep_addr_on_down=1"
    )
    lab.isp.sysctl("net.ipv6.conf.all.forwarding=1")
    lab.home.sysctl(
        "net.ipv6.conf.eth0.accept_dad=0",
        "net.ipv6.conf.eth0.accept_ra=2",
        "net.ipv6.conf.eth0.use_tempaddr=2",
        # the many prefixes of one test run would be too many
        "net.ipv6.conf.eth0.max_addresses=0",
    )
    lab.isp.ip("-6", "addr", "add", f"{_OUTSIDE_IPV6}/64", "dev", "rt0", "nodad")
    lay_ipv6_way_out(lab)
    lab.isp.ip("-6", "route", "add", "2606:aa00:1::/48", "via", _WAN_IPV6)


@asynccontextmanager
async def running_lab(
    folder: Path,
    *,
    configuration: str = CONFIGURATION,
    environment: Mapping[str, str] | None = None,
) -> AsyncGenerator[Lab]:
    """Lay the lab; skips where that is not possible.

    The router has its address, but its programs do not run yet, nor does Home Assistant.
    What is done with it must be done `with entered(lab.router.home)`.
    """
    require("named", "radvd", "unshare")
    with router_lab(folder) as router:
        _lay_ipv6(router)
        outside = Outside(router.isp, folder)
        outside.lay_addresses()
        await outside.start()
        home_assistant = HomeAssistantInstance(
            folder / "config",
            python=with_names(sys.executable, outside, folder),
            configuration=configuration,
            environment={
                "REQUESTS_CA_BUNDLE": str(outside.authority.path),
                **(environment or {}),
            },
        )
        try:
            yield Lab(
                router=router,
                outside=outside,
                home_assistant=home_assistant,
                folder=folder,
            )
        finally:
            # nothing of it is kept: not waiting for what it still has to do
            await home_assistant.kill()
            await home_assistant.close_session()
            await outside.stop()


@asynccontextmanager
async def ready_lab(
    folder: Path, *, environment: Mapping[str, str] | None = None
) -> AsyncGenerator[Lab]:
    """Lay the lab, with everything running and nothing set up in Home Assistant yet."""
    async with running_lab(folder, environment=environment) as lab:
        with entered(lab.router.home):
            lab.start_router()
            lab.advertise(HOME_PREFIX)
            await asyncio.gather(lab.stable_address(), lab.home_assistant.start())
        yield lab
