"""ddclient, with a configuration of its own."""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
import shutil

from .case import Case
from .surroundings import Surroundings


async def ask_ddclient(
    surroundings: Surroundings, case: Case, hosts: Iterable[str]
) -> str:
    """Have ddclient publish the addresses of a case; return what it printed."""
    assert case.ddclient is not None
    folder = surroundings.folder / "ddclient"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    command = ddclient_command(
        folder,
        case.ddclient,
        case.addresses,
        case.hostnames,
        ssl="yes",
        ssl_ca_file=str(surroundings.authority),
    )
    return await surroundings.run(*command, hosts=hosts)


def ddclient_command(
    folder: Path,
    options: Mapping[str, str],
    addresses: Sequence[str],
    hostnames: Iterable[str],
    **common: str,
) -> tuple[str, ...]:
    """Write a configuration and return the command that does once what it says."""
    if len(addresses) == 1:
        # half of its protocols know no other way, for IPv6 either
        common |= {"use": "ip", "ip": addresses[0]}
    else:
        for address in addresses:
            version = ip_address(address).version
            common |= {f"usev{version}": f"ipv{version}", f"ipv{version}": address}
    # the command's cache would keep it from sending again what it has sent before
    configuration, cache = folder / "ddclient.conf", folder / "ddclient.cache"
    lines = [
        f"{name}={value}"
        for name, value in {"syslog": "no", **common, **options}.items()
    ]
    lines.append(",".join(hostnames))
    configuration.write_text("\n".join(lines) + "\n")
    configuration.chmod(0o600)
    return (
        *("ddclient", "-daemon=0", "-noquiet", "-force", "-verbose"),
        *("-file", str(configuration), "-cache", str(cache)),
    )
