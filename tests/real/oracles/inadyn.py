"""inadyn, with a configuration of its own."""

from collections.abc import Iterable
import shutil

from .case import Case
from .surroundings import Surroundings


async def ask_inadyn(
    surroundings: Surroundings, case: Case, hosts: Iterable[str]
) -> str:
    """Have inadyn publish the address of a case; return what it printed."""
    account = case.inadyn
    assert account is not None
    folder = surroundings.folder / "inadyn"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    names = ", ".join(f'"{name}"' for name in case.hostnames)
    settings = {"hostname": f"{{ {names} }}"} | {
        name: value if value.isdecimal() else f'"{value}"'
        for name, value in account.settings.items()
    }
    sections = [
        f"{account.section}:{number} {{\n"
        + "".join(f"  {name} = {value}\n" for name, value in settings.items())
        # the command stands for asking a web service
        + f'  checkip-command = "echo {address}"\n}}\n'
        # it begins with the last section
        for number, address in enumerate(reversed(case.addresses), 1)
    ]
    configuration = folder / "inadyn.conf"
    configuration.write_text(
        f'allow-ipv6 = true\nca-trust-file = "{surroundings.authority}"\n'
        + "".join(sections)
    )
    configuration.chmod(0o600)
    return await surroundings.run(
        *("inadyn", "--once", "--force", "--foreground"),
        *("--no-pidfile", "--loglevel=debug", "--cache-dir", str(folder)),
        *("--config", str(configuration)),
        hosts=hosts,
    )
