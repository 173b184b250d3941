"""Days on which the network fails: nothing is published meanwhile, and the rest soon after."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

from aiohttp import web
import pytest
import pytest_asyncio

from tests.real.namespaces import require
from tests.real.router import WAN_ADDRESS

from .home import until
from .lab import CONNECTION, HOME_PREFIX, Lab
from .outside import NAME_SERVER, ZONE
from .running_lab import lay_ipv6_way_out
from .second_line import INTERFACE, second_line

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="session")]

HOSTNAME, OTHER = f"bad-day.{ZONE}", f"second.{ZONE}"
ONLINE = f"binary_sensor.{CONNECTION}_online"
RESOLVER = "9.9.9.2"
# polling alone would take up to three minutes
SOON_SECONDS = 30
_STARTED = "start of service"
_UNBOUND = """\
server:
  interface: {address}
  access-control: 0.0.0.0/0 allow
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: ""
  use-syslog: no
  log-queries: yes
  logfile: ""
  verbosity: 1
  module-config: "iterator"
  local-zone: "." static
  local-data: 'o-o.myaddr.l.google.com. 60 IN TXT "{address}"'
remote-control:
  control-enable: no
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(lab: Lab) -> Lab:
    """Return the lab with an account that has published its hostname."""
    await lab.add_account(HOSTNAME)
    address = await lab.stable_address()
    await lab.until_shown(HOSTNAME, ipv4=WAN_ADDRESS, ipv6=address)
    await lab.until_state(ONLINE, "on")
    return lab


async def held(lab: Lab, hostname: str = HOSTNAME) -> tuple[list[str], list[str]]:
    """Return what is published: A, and AAAA."""
    held = lab.outside.held
    return await held(hostname, "A"), await held(hostname, "AAAA")


async def test_router_restarts_with_another_address(home: Lab) -> None:
    """A router that goes silent changes nothing; its next address is published soon."""
    before, updates = await held(home), home.outside.updates_sent
    home.stop_router()
    home.router.drop_wan_address()
    home.router.router.ip("link", "set", "wan0", "down")
    home.router.router.ip("link", "set", "lan0", "down")
    await home.until_state(ONLINE, "off")
    assert (await held(home), home.outside.updates_sent) == (before, updates)
    home.router.router.ip("link", "set", "lan0", "up")
    home.router.router.ip("link", "set", "wan0", "up")
    lay_ipv6_way_out(home.router)
    home.router.set_wan_address("11.22.60.2")
    home.start_router()
    await home.outside.published(HOSTNAME, "A", "11.22.60.2", SOON_SECONDS)
    await home.until_state(ONLINE, "on", SOON_SECONDS)
    assert await held(home) == (["11.22.60.2"], before[1])
    assert home.outside.updates_sent == updates + 1
    await home.forget_changes()


async def test_cable_is_pulled(home: Lab) -> None:
    """Without a cable the house is offline, and is back by itself with nothing to do."""
    before, updates = await held(home), home.outside.updates_sent
    home.router.router.ip("link", "set", "lan0", "down")
    await home.until_state(ONLINE, "off")
    home.router.router.ip("link", "set", "lan0", "up")
    await home.until_state(ONLINE, "on", SOON_SECONDS)
    assert (await held(home), home.outside.updates_sent) == (before, updates)


async def closed(_request: web.Request, _address: str) -> web.StreamResponse:
    """Answer with a page that holds no address."""
    return web.Response(text="closed for the day")


@asynccontextmanager
async def intercepted(home: Lab) -> AsyncGenerator[Path]:
    """Have the router answer all DNS questions by a resolver of its own; yields its log."""
    require("unbound")
    settings, log = home.folder / "unbound.conf", home.folder / "unbound.log"
    settings.write_text(_UNBOUND.format(address=RESOLVER, folder=home.folder))
    router = home.router.router
    router.ip("addr", "add", f"{RESOLVER}/32", "dev", "lo")
    unbound = router.start("unbound", "-d", "-c", str(settings), log=log)
    await until(partial(asyncio.to_thread, log.read_text), lambda it: _STARTED in it)
    router.nft(
        "add table ip grab",
        "add chain ip grab prerouting { type nat hook prerouting priority -110 ; }",
        *(
            f"add rule ip grab prerouting iifname lan0 ip daddr != {NAME_SERVER}"
            f" {kind} dport 53 dnat to {RESOLVER}"
            for kind in ("udp", "tcp")
        ),
    )
    try:
        yield log
    finally:
        router.nft("delete table ip grab")
        router.stop(unbound)


async def test_resolver_that_intercepts_misleads_nobody(home: Lab) -> None:
    """A resolver in between that tells its own address is not believed, nor counted."""
    before, updates = await held(home), home.outside.updates_sent
    await home.set_options(built_in=["cloudflare", "ident", "google_dns"], push=False)
    await home.until_state(ONLINE, "on")
    useless = dict.fromkeys(("v4.ident.me", "v6.ident.me"), closed)
    async with intercepted(home) as log:
        home.outside.lies.update(useless)
        await home.check()
        assert "o-o.myaddr.l.google.com" in log.read_text()
        home.router.set_wan_address("11.22.63.2")
        await home.check()
        # one operator that can be relied on is not enough for a change
        assert (await held(home), home.outside.updates_sent) == (before, updates)
        home.outside.lies.clear()
        await home.check()
        await home.outside.published(HOSTNAME, "A", "11.22.63.2", SOON_SECONDS)
    await home.set_options(push=True)
    await home.until_state(ONLINE, "on")


async def test_two_lines(home: Lab) -> None:
    """Each hostname follows the line that was chosen for it, in both families."""
    async with second_line(home) as second:
        await home.add_connection(
            "Second line", router=second.gateway, interface=INTERFACE
        )
        await home.until_state("sensor.second_line_ipv4_address", second.address)
        await home.until_state("sensor.second_line_ipv6_address", second.ipv6)
        account = await home.entry_id("rfc_2136")
        line = await home.entry_id("second_line")
        await home.add_hostname(account, OTHER, connection=line)
        await home.until_shown(OTHER, ipv4=second.address, ipv6=second.ipv6)
        first = await held(home)
        second.change_address()
        second.change_prefix()
        await home.outside.published(OTHER, "A", second.address, SOON_SECONDS)
        await home.outside.published(OTHER, "AAAA", second.ipv6, SOON_SECONDS)
        assert await held(home) == first
        home.router.set_wan_address("11.22.61.2")
        await home.outside.published(HOSTNAME, "A", "11.22.61.2", SOON_SECONDS)
        assert await held(home, OTHER) == ([second.address], [second.ipv6])
        assert await held(home) == (["11.22.61.2"], first[1])
        await home.remove("second_line")


@contextmanager
def answers_lost(home: Lab) -> Iterator[Callable[[], bool]]:
    """Have the name server's answers lost; yields what tells whether one was."""
    outside = home.router.isp
    outside.nft(
        "add table inet lost",
        "add chain inet lost output { type filter hook output priority 0 ; }",
        "add rule inet lost output tcp sport 53 tcp flags & psh == psh counter drop",
    )

    def lost() -> bool:
        return "packets 0 " not in outside.run("nft", "list", "table", "inet", "lost")

    try:
        yield lost
    finally:
        outside.nft("delete table inet lost")


async def test_line_changes_during_an_update(home: Lab) -> None:
    """What waits for an answer that cannot come any more does not hold up the new address."""
    await home.forget_changes()
    with answers_lost(home) as lost:
        forced = asyncio.create_task(home.force_update(HOSTNAME))
        async with asyncio.timeout(SOON_SECONDS):
            while not lost():
                await asyncio.sleep(0.05)
        home.router.set_wan_address("11.22.64.2")
    await home.outside.published(HOSTNAME, "A", "11.22.64.2", SOON_SECONDS)
    # the line may also have been cut before the new address was seen: that is a failure
    assert {item["family"] for item in await forced} == {"ipv4", "ipv6"}


async def test_start_before_the_network(home: Lab) -> None:
    """Home Assistant that starts first publishes once, when the network is there."""
    await home.home_assistant.stop()
    home.router.router.ip("link", "set", "lan0", "down")
    home.router.set_wan_address("11.22.62.2")
    updates = home.outside.updates_sent
    await home.home_assistant.start()
    await home.until_state(ONLINE, "off")
    assert home.outside.updates_sent == updates
    home.router.router.ip("link", "set", "lan0", "up")
    await home.outside.published(HOSTNAME, "A", "11.22.62.2", SOON_SECONDS)
    await home.until_state(ONLINE, "on", SOON_SECONDS)
    await asyncio.sleep(2)
    assert home.outside.updates_sent == updates + 1
    assert await home.outside.held(HOSTNAME, "AAAA") == [
        await home.stable_address(HOME_PREFIX)
    ]


async def test_nobody_was_worried(home: Lab) -> None:
    """All that leaves no trace in the log that would worry a person."""
    told = [line for line in home.complaints() if "connection_removed" not in line]
    assert told == []
