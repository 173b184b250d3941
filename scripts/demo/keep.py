"""What the demo's servers know, as a file: so that a kept Home Assistant finds them unchanged."""

import base64
from dataclasses import asdict
from ipaddress import ip_address
import json
from pathlib import Path

import dns.rdatatype

from .dyndns2_server import Holding
from .servers import DemoServers, Ports
from .state import Address, Family
from .zone import Zone


def save(servers: DemoServers, path: Path) -> None:
    """Write ports, secrets and records; only the owner may read them."""
    content = {
        "ports": asdict(servers.ports),
        "secret": base64.b64encode(servers.secret).decode(),
        "password": servers.password,
        "addresses": {
            family: _text(address)
            for family, address in servers.state.addresses.items()
        },
        "records": [
            (name.to_text(), ttl, dns.rdatatype.to_text(rdtype), data)
            for name, ttl, rdtype, data in servers.zone.records()
        ],
        "dyndns2": {
            hostname: {"ipv4": _text(holding.ipv4), "ipv6": _text(holding.ipv6)}
            for hostname, holding in servers.dyndns2.holdings.items()
        },
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, indent=2))


def load(path: Path) -> DemoServers:
    """Return servers that know what was saved; raises OSError when nothing was."""
    content = json.loads(path.read_text())
    servers = DemoServers(
        Ports(**content["ports"]),
        secret=base64.b64decode(content["secret"]),
        password=content["password"],
        zone=Zone(records=[tuple(record) for record in content["records"]]),
    )
    servers.state.addresses |= {
        Family(family): _address(text)
        for family, text in content["addresses"].items()
        if Family(family) in servers.state.families
    }
    servers.dyndns2.holdings |= {
        hostname: Holding(ipv4=_address(held["ipv4"]), ipv6=_address(held["ipv6"]))
        for hostname, held in content["dyndns2"].items()
    }
    return servers


def _text(address: Address | None) -> str | None:
    """Return an address as JSON holds it."""
    return None if address is None else str(address)


def _address(text: str | None) -> Address | None:
    """Return an address from JSON."""
    return None if text is None else ip_address(text)
