"""A router on loopback that speaks UPnP: its description, its actions (SOAP), its events (GENA)."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from xml.sax.saxutils import escape

import aiohttp
from aiohttp import web

GATEWAY = IPv4Address("127.0.0.2")
# another machine of the house
OTHER = IPv4Address("127.0.0.9")
HOSTS = ["127.0.0.1", str(GATEWAY), str(OTHER)]

ADDRESS = "11.22.33.44"
IP_1 = "urn:schemas-upnp-org:service:WANIPConnection:1"
IP_2 = "urn:schemas-upnp-org:service:WANIPConnection:2"
PPP_1 = "urn:schemas-upnp-org:service:WANPPPConnection:1"
FORWARDING = "urn:schemas-upnp-org:service:Layer3Forwarding:1"
COMMON = "urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1"

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_TYPES = {
    "NewPrefixLength": "ui1",
    "NewValidLifetime": "ui4",
    "NewPreferedLifetime": "ui4",
    "NewUptime": "ui4",
}
_EVENTED = ("ExternalIPAddress", "ConnectionStatus", "PortMappingNumberOfEntries")


def prefix_answer(prefix: str, length: int = 56, valid: int = 3600) -> dict[str, str]:
    """Return what AVM's X_AVM_DE_GetIPv6Prefix answers."""
    return {
        "NewIPv6Prefix": prefix,
        "NewPrefixLength": str(length),
        "NewValidLifetime": str(valid),
        "NewPreferedLifetime": str(valid),
    }


@dataclass(kw_only=True)
class Connection:
    """A connection of the router; `fault` is the error code of all its actions."""

    address: str = ADDRESS
    status: str = "Connected"
    type: str = IP_1
    fault: int | None = None
    # the answers of further actions
    more: dict[str, dict[str, str]] = field(default_factory=dict)
    # absolute or relative to the description, instead of what is usual
    control_url: str | None = None

    @property
    def actions(self) -> dict[str, dict[str, str]]:
        """Return the actions, and what they answer."""
        return {
            "GetExternalIPAddress": {"NewExternalIPAddress": self.address},
            "GetStatusInfo": {
                "NewConnectionStatus": self.status,
                "NewLastConnectionError": "ERROR_NONE",
                "NewUptime": "4711",
            },
            **self.more,
        }


class FakeGatewayDevice:
    """An Internet Gateway Device; what it is asked is in `asked`, by action or path."""

    def __init__(
        self,
        *connections: Connection,
        host: IPv4Address = GATEWAY,
        port: int = 0,
        path: str = "/igddesc.xml",
    ) -> None:
        """Begin with a connection that is well, unless others are given."""
        self.host = host
        self.path = path
        self.connections = list(connections) or [Connection()]
        self.asked: list[str] = []
        # what to do instead of answering, by action or path
        self.instead: dict[str, Handler] = {}
        self.url_base = ""
        # the service that names the default connection
        self.forwarding: Connection | None = None
        self.port = port
        self.granted = "Second-1800"
        # where events of a subscription go, by its name, and how many there were
        self.subscribers: dict[str, str] = {}
        self.sent: dict[str, int] = {}
        self.variables = {
            "ExternalIPAddress": ADDRESS,
            "ConnectionStatus": "Connected",
            "PortMappingNumberOfEntries": "0",
        }
        self._names = 0
        self._runner: web.AppRunner | None = None

    @property
    def location(self) -> str:
        """Return the URL of the description."""
        return f"http://{self.host}:{self.port}{self.path}"

    def name_default(self, name: str) -> None:
        """Have a default connection."""
        answer = {"NewDefaultConnectionService": name}
        more = {"GetDefaultConnectionService": answer}
        self.forwarding = Connection(type=FORWARDING, more=more)

    def _service(self, number: str) -> Connection:
        """Return the service of a path."""
        if number == "forwarding":
            assert self.forwarding is not None
            return self.forwarding
        return self.connections[int(number)]

    async def start(self) -> None:
        """Listen, where it listened last."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(
            application, access_log=None, handler_cancellation=True, shutdown_timeout=0
        )
        await self._runner.setup()
        await web.TCPSite(
            self._runner, str(self.host), self.port, reuse_address=True
        ).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Be gone, and forget the subscriptions."""
        self.subscribers.clear()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def send_event(
        self,
        source: IPv4Address | None = None,
        *,
        sid: str | None = None,
        path: str | None = None,
        body: str | None = None,
        headers: dict[str, str] | None = None,
        method: str = "NOTIFY",
        **changed: str,
    ) -> int:
        """Send an event of the latest subscription, and return the answer's status."""
        name, callback = list(self.subscribers.items())[-1]
        self.variables |= changed
        self.sent[name] += 1
        text = _event(changed) if body is None else body
        url = callback if path is None else callback.rpartition("/")[0] + path
        return await _send(
            method,
            url,
            source or self.host,
            sid or name,
            self.sent[name],
            text,
            headers,
        )

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """Answer whatever is asked."""
        action = request.headers.get("SOAPAction", "").strip('"').rpartition("#")[2]
        what = action or (
            request.path
            if request.method == "GET"
            else f"{request.method} {request.path}"
        )
        self.asked.append(what)
        instead = self.instead.get(what)
        if instead is not None:
            return await instead(request)
        if request.path == self.path:
            return _xml(self._description())
        _, kind, number = request.path.split("/")
        if kind == "scpd":
            return _xml(_service_description(self._service(number)))
        if kind == "control":
            return self._act(self._service(number), action)
        return await self._subscribe(request)

    def _act(self, connection: Connection, action: str) -> web.Response:
        """Do an action."""
        if connection.fault is not None:
            return _xml(_fault(connection.fault), 500)
        values = connection.actions.get(action)
        if values is None:
            return _xml(_fault(401), 500)
        return _xml(_soap(connection.type, action, values))

    async def _subscribe(self, request: web.Request) -> web.Response:
        """Make, renew or end a subscription."""
        sid = request.headers.get("SID")
        if sid is not None and sid not in self.subscribers:
            return web.Response(status=412)
        if request.method == "UNSUBSCRIBE":
            assert sid is not None
            del self.subscribers[sid]
            return web.Response()
        if sid is None:
            self._names += 1
            sid = f"uuid:{self._names}"
            self.subscribers[sid] = request.headers["CALLBACK"].strip("<>")
            self.sent[sid] = 0
            # as badly behaved as some routers: the first event before the answer
            await _send(
                "NOTIFY",
                self.subscribers[sid],
                self.host,
                sid,
                0,
                _event(self.variables),
            )
        return web.Response(headers={"SID": sid, "TIMEOUT": self.granted})

    def _description(self) -> str:
        """Return the device description: a device in a device in a device, as all have it."""
        connections = "".join(
            _device(
                "WANConnectionDevice:1",
                _service(
                    item.type, item.control_url or f"/control/{number}", f"{number}"
                ),
            )
            for number, item in enumerate(self.connections)
        )
        wan = _device("WANDevice:1", _service(COMMON, "/none", "none"), connections)
        forwarding = ""
        if self.forwarding is not None:
            forwarding = _service(FORWARDING, "/control/forwarding", "forwarding")
        base = f"<URLBase>{self.url_base}</URLBase>" if self.url_base else ""
        return (
            '<?xml version="1.0"?>\n<root xmlns="urn:schemas-upnp-org:device-1-0">'
            "<specVersion><major>1</major><minor>0</minor></specVersion>"
            f"{base}{_device('InternetGatewayDevice:1', forwarding, wan)}</root>"
        )


@asynccontextmanager
async def gateway_device(
    *connections: Connection,
) -> AsyncGenerator[FakeGatewayDevice]:
    """Run a router."""
    device = FakeGatewayDevice(*connections)
    await device.start()
    try:
        yield device
    finally:
        await device.stop()


def answering(
    body: str | bytes, status: int = 200, headers: dict[str, str] | None = None
) -> Handler:
    """Return a handler that always gives the same answer."""

    async def handle(request: web.Request) -> web.Response:
        data = body.encode() if isinstance(body, str) else body
        return web.Response(body=data, status=status, headers=headers)

    return handle


async def _send(
    method: str,
    url: str,
    source: IPv4Address,
    sid: str,
    number: int,
    body: str,
    headers: dict[str, str] | None = None,
) -> int:
    """Send an event from an address, and return the answer's status."""
    connector = aiohttp.TCPConnector(
        local_addr=(str(source), 0),
        force_close=True,
        resolver=aiohttp.ThreadedResolver(),
    )
    standard = {
        "NT": "upnp:event",
        "NTS": "upnp:propchange",
        "SID": sid,
        "SEQ": str(number),
        "Content-Type": 'text/xml; charset="utf-8"',
    }
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.request(
            method, url, data=body.encode(), headers={**standard, **(headers or {})}
        ) as response,
    ):
        return response.status


def _xml(text: str, status: int = 200) -> web.Response:
    return web.Response(
        body=text.encode(), status=status, headers={"Content-Type": "text/xml"}
    )


def _device(kind: str, services: str, devices: str = "") -> str:
    return (
        f"<device><deviceType>urn:schemas-upnp-org:device:{kind}</deviceType>"
        f"<friendlyName>Router</friendlyName><UDN>uuid:{kind}</UDN>"
        f"<serviceList>{services}</serviceList>"
        f"<deviceList>{devices}</deviceList></device>"
    )


def _service(kind: str, control: str, number: str) -> str:
    return (
        f"<service><serviceType>{kind}</serviceType>"
        f"<serviceId>urn:upnp-org:serviceId:{number}</serviceId>"
        f"<SCPDURL>/scpd/{number}</SCPDURL><controlURL>{control}</controlURL>"
        f"<eventSubURL>/event/{number}</eventSubURL></service>"
    )


def _service_description(connection: Connection) -> str:
    """Return the actions and variables of a connection."""
    outputs = {name for values in connection.actions.values() for name in values}
    variables = "".join(
        f'<stateVariable sendEvents="{"yes" if name in _EVENTED else "no"}">'
        f"<name>{name}</name><dataType>{kind}</dataType></stateVariable>"
        for name, kind in _variables(outputs)
    )
    actions = "".join(
        f"<action><name>{action}</name><argumentList>"
        + "".join(
            f"<argument><name>{name}</name><direction>out</direction>"
            f"<relatedStateVariable>{name[3:]}</relatedStateVariable></argument>"
            for name in values
        )
        + "</argumentList></action>"
        for action, values in connection.actions.items()
    )
    return (
        '<?xml version="1.0"?>\n<scpd xmlns="urn:schemas-upnp-org:service-1-0">'
        f"<actionList>{actions}</actionList>"
        f"<serviceStateTable>{variables}</serviceStateTable></scpd>"
    )


def _variables(outputs: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the names and types of variables, those of the actions and one that is only told."""
    for name in sorted(outputs):
        yield name[3:], _TYPES.get(name, "string")
    yield "PortMappingNumberOfEntries", "ui2"


def _soap(kind: str, action: str, values: dict[str, str]) -> str:
    fields = "".join(f"<{key}>{escape(text)}</{key}>" for key, text in values.items())
    return _envelope(
        f'<u:{action}Response xmlns:u="{kind}">{fields}</u:{action}Response>'
    )


def _fault(code: int) -> str:
    return _envelope(
        "<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring>"
        '<detail><UPnPError xmlns="urn:schemas-upnp-org:control-1-0">'
        f"<errorCode>{code}</errorCode><errorDescription>No</errorDescription>"
        "</UPnPError></detail></s:Fault>"
    )


def _envelope(body: str) -> str:
    return (
        '<?xml version="1.0"?>\n'
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )


def _event(variables: dict[str, str]) -> str:
    properties = "".join(
        f"<e:property><{name}>{escape(text)}</{name}></e:property>"
        for name, text in variables.items()
    )
    return (
        '<?xml version="1.0"?>\n'
        f'<e:propertyset xmlns:e="urn:schemas-upnp-org:event-1-0">{properties}'
        "</e:propertyset>"
    )


async def hang_up(request: web.Request) -> web.StreamResponse:
    """Close the connection."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
