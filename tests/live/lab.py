"""A home in namespaces: Home Assistant behind a real router, and the internet beyond it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import re
import subprocess
import time
from typing import Any

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.detection.catalog import SOURCES
from custom_components.ddns_plus.core.detection.source import Transport
from scripts.demo.home_assistant import HomeAssistantInstance
from scripts.demo.home_assistant_api import FlowKind, FlowStep
from tests.real.bind import WHOLE_ZONE_KEY
from tests.real.router import WAN_ADDRESS, RouterLab

from .canary import TSIG_SECRET
from .home import DOMAIN, until
from .options import as_diagnosed
from .outside import NAME_SERVER, ZONE, Outside
from .router_programs import Elsewhere, Program, running_on

HOSTNAME, OTHER_HOSTNAME = f"home.{ZONE}", f"nas.{ZONE}"
CONNECTION = "internet_connection"
TTL = 60
HOME_PREFIX, NEW_HOME_PREFIX = "2606:aa00:1:1", "2606:aa00:1:2"
# what to type in for an account at the name server
ACCOUNT = {
    "server": NAME_SERVER,
    "port": 53,
    "zone": ZONE,
    "tsig_key_name": WHOLE_ZONE_KEY,
    "tsig_algorithm": "hmac-sha256",
    "tsig_secret": TSIG_SECRET,
}
# of confirming a change or a hint, which takes ten seconds
SETTLED_SECONDS = 20
# the others have no server in a lab: who tries them waits until time is up
ANSWERING = [
    source.key
    for source in SOURCES.values()
    if not any(
        method and method.transport is Transport.PLAIN
        for method in (source.ipv4, source.ipv6)
    )
]

_COMPLAINT = re.compile(
    r"^\d{4}-\d\d-\d\d \S+ (?:WARNING|ERROR|CRITICAL) \(.*", re.MULTILINE
)
# a custom integration is always warned of
_OURS = re.compile(
    r"custom_components[./]ddns_plus|blocking call|took [\d.]+ seconds|taking (?:over|longer)"
    r"|never retrieved|Unclosed"
)
_ROUTER_ASKED = re.compile(r"GetExternalIPAddress|NAT-PMP request received")


@dataclass(kw_only=True)
class Lab:
    """What is there, and what can happen to it. Its code runs on the home's host."""

    router: RouterLab
    outside: Outside
    home_assistant: HomeAssistantInstance
    folder: Path
    miniupnpd: subprocess.Popen[bytes] | None = None
    _radvd: subprocess.Popen[bytes] | None = None
    _prefix: str = ""
    _log_start: int = 0
    _router_started: float = 0.0

    # ------------------------------------------------------------------ setting up

    async def add_account(
        self, *hostnames: str, server: str = NAME_SERVER, **changes: object
    ) -> str:
        """Add an account at the name server, and return the id of its entry.

        The first one brings the connection. `changes` are those of the hostnames' form.
        """
        names = {"hostnames": list(hostnames or (HOSTNAME,)), "ttl": TTL}
        step = await self.home_assistant.run_flow(
            DOMAIN,
            [
                ("user", {"provider": "rfc2136"}),
                ("account", {**ACCOUNT, "server": server}),
                ("hostnames", {"ipv4": True, "ipv6": True, **names, **changes}),
            ],
        )
        return str(step.answer["result"]["entry_id"])

    async def add_hostname(self, account: str, hostname: str, **values: object) -> None:
        """Add a hostname to an account."""
        api = self.home_assistant

        async def begin() -> FlowStep:
            return await api.start_flow([account, "hostname"], FlowKind.SUBENTRY)

        # an account that has just changed is being loaded again
        step = await until(begin, lambda step: step.type == "form")
        names = {"hostname": hostname, "ipv4": True, "ipv6": True, "ttl": TTL}
        step = await api.submit(step, step.nest(names | values))
        assert step.type == "create_entry", step

    async def add_connection(self, name: str, **values: object) -> None:
        """Add a connection besides the one that comes with the first account."""
        await self.home_assistant.run_flow(
            DOMAIN,
            [
                ("user", {"provider": "watch_only"}),
                ("connection", {"name": name, "ipv4": True, "ipv6": True, **values}),
            ],
        )

    async def set_options(self, name: str = CONNECTION, **values: object) -> None:
        """Change options of a connection in its form, and save whatever the trial shows.

        Only sources that have a server here are asked from then on, unless told otherwise.
        """
        api = self.home_assistant
        step = await api.start_flow(await self.entry_id(name), FlowKind.OPTIONS)
        chosen = {"ipv4": True, "ipv6": True, "built_in": ANSWERING}
        step = await api.submit(step, step.nest(chosen | values))
        path = f"/api/{step.kind}/{step.flow_id}"
        async with asyncio.timeout(30):
            while step.type in ("progress", "progress_done"):
                await asyncio.sleep(0.05)
                answer = await api.rest("GET", path)
                step = FlowStep(kind=FlowKind.OPTIONS, answer=answer)
        if step.type == "menu":
            step = await api.submit(step, {"next_step_id": "save"})
        assert step.type == "create_entry", step
        wanted = as_diagnosed(chosen | values)

        async def others() -> Mapping[str, object]:
            # there are none while it is loaded anew
            options = (await self.diagnostics(name)).get("options", {})
            found = as_diagnosed(options)
            return {key: found[key] for key in wanted if found[key] != wanted[key]}

        # until then what is to be seen is of the connection as it was
        await until(others, lambda left: not left)

    async def entry_id(self, name: str) -> str:
        """Return the id of an entry by the beginning of its title, as in an entity id."""
        [found] = [
            entry["entry_id"]
            for entry in await self._entries()
            if entry["title"].lower().replace(" ", "_").startswith(name)
        ]
        return str(found)

    async def _entries(self) -> Sequence[Mapping[str, Any]]:
        """Return our config entries."""
        entries: Sequence[Mapping[str, Any]] = await self.home_assistant.websocket(
            {"type": "config_entries/get", "domain": DOMAIN}
        )
        return entries

    async def remove(self, name: str) -> None:
        """Remove an entry."""
        path = f"/api/config/config_entries/entry/{await self.entry_id(name)}"
        await self.home_assistant.rest("DELETE", path)

    async def remove_all(self) -> None:
        """Remove all entries, those of routers that are ignored, too."""
        for entry in await self._entries():
            path = f"/api/config/config_entries/entry/{entry['entry_id']}"
            await self.home_assistant.rest("DELETE", path)

    async def begin_anew(self) -> None:
        """Be as after the installation: nothing set up, a good router, honest services."""
        await self.remove_all()
        self._log_start = len(self.home_assistant.log_text())
        self.outside.lies.clear()
        self.outside.strangers.clear()
        self.see_as_it_is()
        if self.miniupnpd is not None:
            self.stop_router()
        self.router.set_wan_address(WAN_ADDRESS)
        self.start_router()
        if self._prefix != HOME_PREFIX:
            self.advertise(HOME_PREFIX)
            await self.stable_address()

    async def forget_changes(self, name: str = CONNECTION) -> None:
        """Make a connection forget its latest changes: after two it holds back more."""
        entry_id = await self.entry_id(name)
        path = f"/api/config/config_entries/entry/{entry_id}/reload"
        await self.home_assistant.rest("POST", path)
        await self.until_state(f"binary_sensor.{name}_online", "on")

    # ------------------------------------------------------------------ what happens

    def start_router(self, **options: str) -> None:
        """Start the router's programs."""
        self.miniupnpd = self.router.start_miniupnpd(**options)
        self._router_started = time.monotonic()

    def stop_router(self) -> None:
        """Stop the router's programs, as a router that restarts does."""
        assert self.miniupnpd is not None
        self.router.router.stop(self.miniupnpd)
        self.miniupnpd = None

    @property
    def router_age(self) -> float:
        """Return how many seconds ago the router's programs were ready."""
        return time.monotonic() - self._router_started

    def crash_router(self) -> None:
        """End the router's programs without a word of theirs."""
        assert self.miniupnpd is not None
        self.miniupnpd.kill()
        self.stop_router()

    @asynccontextmanager
    async def router_is(
        self, program: Callable[[], Program]
    ) -> AsyncGenerator[Elsewhere]:
        """Have other programs on the router than the real ones."""
        self.stop_router()
        try:
            async with running_on(self.router.router, program) as elsewhere:
                yield elsewhere
        finally:
            self.start_router()

    def translate(self, source: str, address: str, *, ports: str = "") -> None:
        """Have the outside see another address than that of the router."""
        self.see_as_it_is()
        only = f"tcp dport {{ {ports} }} " if ports else ""
        self.router.isp.nft(
            "add table ip seen",
            "add chain ip seen input { type nat hook input priority 100 ; }",
            f"add rule ip seen input ip saddr {source} {only}snat to {address}",
        )

    def see_as_it_is(self) -> None:
        """Have the outside see the address of the router."""
        self.router.isp.nft("add table ip seen", "delete table ip seen")

    def take_ipv6_away(self) -> None:
        """Leave the home without IPv6."""
        self._stop_advertising()
        self.router.home.ip("-6", "addr", "flush", "dev", "eth0", "scope", "global")
        self.router.home.ip("-6", "route", "flush", "dev", "eth0", "proto", "ra")

    def _stop_advertising(self) -> None:
        self._prefix, namespace = "", self.router.router
        if self._radvd is not None:
            # says good-bye: the old prefix is deprecated
            namespace.stop(self._radvd)
            self._radvd = None
            namespace.ip("-6", "addr", "flush", "dev", "lan0", "scope", "global")

    def advertise(self, prefix: str) -> float:
        """Give the home an IPv6 prefix, and take the one before away; return the moment."""
        self._stop_advertising()
        self._prefix, settings = prefix, self.folder / "radvd.conf"
        namespace = self.router.router
        settings.write_text(
            "interface lan0 { AdvSendAdvert on; MinRtrAdvInterval 3;"
            " MaxRtrAdvInterval 4;\n"
            f" prefix {prefix}::/64 {{ AdvOnLink on; AdvAutonomous on;"
            " AdvValidLifetime 7200; AdvPreferredLifetime 1800;"
            " DeprecatePrefix on; };\n};\n"
        )
        namespace.ip("-6", "addr", "add", f"{prefix}::1/64", "dev", "lan0", "nodad")
        moment = time.monotonic()
        self._radvd = namespace.start(
            *("radvd", "-n", "-C", str(settings)),
            *("-p", str(self.folder / "radvd.pid"), "-m", "stderr"),
            log=self.folder / "radvd.log",
        )
        return moment

    def home_addresses(self) -> dict[str, str]:
        """Return the home's public IPv6 addresses, and the flags that `ip` shows of them."""
        text = self.router.home.ip("-6", "-o", "addr", "show", "dev", "eth0")
        return {
            fields[3].partition("/")[0]: " ".join(fields[4:])
            for line in text.splitlines()
            if (fields := line.split()) and fields[3].startswith("2606:")
        }

    async def stable_address(self, prefix: str = HOME_PREFIX) -> str:
        """Return the home's lasting IPv6 address of a prefix, as soon as it is there."""

        async with asyncio.timeout(20):
            while True:
                for address, flags in self.home_addresses().items():
                    passing = "temporary" in flags or "deprecated" in flags
                    if address.startswith(f"{prefix}:") and not passing:
                        return address
                await asyncio.sleep(0.005)

    # ------------------------------------------------------------------ what is seen

    async def states(self) -> Mapping[str, str]:
        """Return the states of all entities."""
        states = await self.home_assistant.states()
        return {key: str(state["state"]) for key, state in states.items()}

    async def until_state(
        self, entity_id: str, wanted: str, seconds: float = 60
    ) -> None:
        """Wait until an entity has a state."""

        async def state() -> str | None:
            return (await self.states()).get(entity_id)

        await until(state, lambda found: found == wanted, seconds)

    async def until_shown(self, hostname: str, *, ipv4: str, ipv6: str) -> None:
        """Wait until Home Assistant shows that it has published both addresses."""
        name = hostname.replace(".", "_").replace("-", "_")
        await self.until_state(f"sensor.{name}_published_ipv4", ipv4)
        await self.until_state(f"sensor.{name}_published_ipv6", ipv6)

    async def issues(self) -> Mapping[str, Mapping[str, Any]]:
        """Return our repairs by their ids without that of the entry."""
        answer = await self.home_assistant.websocket({"type": "repairs/list_issues"})
        return {
            issue["issue_id"].partition("_")[2]: issue
            for issue in answer["issues"]
            if issue["domain"] == DOMAIN
        }

    async def until_issues(self, *wanted: str, seconds: float = 60) -> None:
        """Wait until these repairs are what there is, and no others."""
        await until(self.issues, lambda found: set(found) == set(wanted), seconds)

    async def fix(self, issue: str, choice: str) -> FlowStep:
        """Choose something in the flow of a repair."""
        issue_id = (await self.issues())[issue]["issue_id"]
        step = await self.home_assistant.start_flow(
            DOMAIN, FlowKind.REPAIR, issue_id=issue_id
        )
        return await self.home_assistant.submit(step, {"next_step_id": choice})

    async def check(self) -> Mapping[str, Any]:
        """Have the addresses looked for now; return what is known then."""
        found = await self.home_assistant.websocket(
            {
                "type": "call_service",
                "domain": DOMAIN,
                "service": "check_address",
                "return_response": True,
            }
        )
        response: Mapping[str, Any] = found["response"]
        return response

    async def force_update(self, hostname: str) -> Sequence[Mapping[str, Any]]:
        """Have a hostname updated now; return what came of it."""
        found = await self.home_assistant.websocket(
            {
                "type": "call_service",
                "domain": DOMAIN,
                "service": "force_update",
                "service_data": {"hostname": [hostname]},
                "return_response": True,
            }
        )
        results: Sequence[Mapping[str, Any]] = found["response"]["results"]
        return results

    async def diagnostics(self, name: str = CONNECTION) -> Mapping[str, Any]:
        """Return what can be downloaded of an entry."""
        path = f"/api/diagnostics/config_entry/{await self.entry_id(name)}"
        downloaded = await self.home_assistant.rest("GET", path)
        data: Mapping[str, Any] = downloaded["data"]
        return data

    async def until_settled(self) -> None:
        """Look for the addresses, and wait until no other look is due soon."""
        await self.check()

        async def waits() -> list[float]:
            found = await self.diagnostics()
            return [
                found[family]["next_check_in"] for family in Family if family in found
            ]

        await until(waits, lambda found: min(found) > SETTLED_SECONDS)

    async def until_quiet(self, seconds: float) -> None:
        """Wait until nobody outside was asked for so long."""

        async def quiet() -> float:
            asked = self.outside.requests
            return time.monotonic() - asked[-1].at if asked else seconds

        # hints are put off for a minute where there were many
        await until(quiet, lambda passed: passed >= seconds, 60 + 2 * seconds)

    def router_questions(self) -> int:
        """Return how often the router's programs were asked for its address."""
        logs = sorted(self.folder.glob("miniupnpd-*.log"))
        return sum(
            len(_ROUTER_ASKED.findall(log.read_text(errors="replace"))) for log in logs
        )

    def complaints(self) -> list[str]:
        """Return what was logged from warning on, since `begin_anew`, that concerns us."""
        log = self.home_assistant.log_text()[self._log_start :]
        return [line for line in _COMPLAINT.findall(log) if _OURS.search(line)]
