"""An independent client of the demo's DNS server: dnspython."""

import dns.asyncquery
import dns.message
import dns.rcode
import dns.tsig
import dns.update

from scripts.demo.dns_server import KEY_NAME
from scripts.demo.servers import DemoServers
from scripts.demo.zone import ZONE_NAME

HOST = "127.0.0.1"


def key(demo: DemoServers) -> dns.tsig.Key:
    """Return the key the server takes."""
    return dns.tsig.Key(KEY_NAME, demo.secret, dns.tsig.HMAC_SHA256)


async def send(demo: DemoServers, message: dns.message.Message) -> dns.message.Message:
    """Return the answer over UDP."""
    return await dns.asyncquery.udp(message, HOST, port=demo.ports.dns, timeout=5)


async def ask(demo: DemoServers, name: str, rdtype: str) -> dns.message.Message:
    """Return the answer to a query over UDP."""
    return await send(demo, dns.message.make_query(name, rdtype))


async def held(
    demo: DemoServers, name: str, rdtype: str
) -> tuple[set[str], int | None]:
    """Return the values and the TTL of what a name holds."""
    answer = (await ask(demo, f"{name}.{ZONE_NAME}", rdtype)).answer
    if not answer:
        return set(), None
    return {rdata.to_text() for rdata in answer[0]}, answer[0].ttl


def update(demo: DemoServers) -> dns.update.UpdateMessage:
    """Return a signed update without content."""
    return dns.update.UpdateMessage(ZONE_NAME, keyring=key(demo))


async def rcode(demo: DemoServers, message: dns.message.Message) -> str:
    """Return the code that an update is answered with."""
    return dns.rcode.to_text((await send(demo, message)).rcode())
