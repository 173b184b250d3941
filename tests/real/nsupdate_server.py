"""A real nsupdate.info with a BIND behind it, on a host of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import os
from pathlib import Path
import shutil
import sys
import time

import pytest

from .bind import find_program
from .namespaces import Namespace, namespaces

ZONE = "dyn.example"
PASSWORD = "secret1234"
_PYTHON = Path(__file__).parents[2] / ".venv-nsupdate" / "bin" / "python"
_SECRET = "A" * 86 + "=="
_READY_SECONDS = 60
_NAMED = """\
options {{ directory "{folder}"; listen-on {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  recursion no; pid-file "{folder}/named.pid"; session-keyfile "{folder}/session.key"; }};
controls {{ }};
key "{zone}." {{ algorithm hmac-sha512; secret "{secret}"; }};
zone "{zone}" {{ type primary; file "zone"; allow-update {{ key "{zone}."; }}; }};
"""
_ZONE = """\
$TTL 60
@ SOA ns hostmaster 1 60 60 60 60
@ NS ns
ns A 127.0.0.1
"""
_SETTINGS = """\
from nsupdate.settings.base import *
DEBUG = True
SECRET_KEY = "x" * 50
WE_HAVE_TLS = CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = False
BASEDOMAIN = "{zone}"
WWW_HOST = WWW_IPV4_HOST = "127.0.0.1:8000"
WWW_IPV6_HOST = "[::1]:8000"
ALLOWED_HOSTS = ["*"]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": "{folder}/db"}}}}
NAMESERVERS = ["127.0.0.1"]
SERVICE_CONTACT = "x AT example DOT com"
INSTALLED_APPS += ("debug_toolbar",)
# the tables are made as they are now, without their history
class Everything(dict):
    __contains__ = lambda self, app: True
    __getitem__ = lambda self, app: None
MIGRATION_MODULES = Everything()
"""
# hosts as a person makes them on the website; one was blocked there
_HOSTS = """\
import django
django.setup()
from django.contrib.auth import get_user_model
from django.core.management import call_command
from nsupdate.main.models import Domain, Host
call_command("migrate", run_syncdb=True, verbosity=0)
user = get_user_model().objects.create(username="u")
domain = Domain.objects.create(
    name="{zone}", nameserver_ip="127.0.0.1", nameserver_update_secret="{secret}",
    nameserver_update_algorithm="HMAC_SHA512", available=True, public=True, created_by=user)
for name in ("home", "nas", "blocked"):
    host = Host(name=name, domain=domain, created_by=user, available=True)
    host.generate_secret("{password}")
    host.abuse_blocked = host.abuse = name == "blocked"
    host.save()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NsupdateServer:
    """A running server; it is reached from its own host only."""

    host: Namespace
    url = "http://127.0.0.1:8000/nic/update"

    def held(self, name: str) -> set[str]:
        """Return the addresses that the name server holds."""
        return {
            line
            for record_type in ("A", "AAAA")
            for line in self.host.run(
                "dig", "+short", "@127.0.0.1", f"{name}.{ZONE}", record_type
            ).split()
        }


@contextmanager
def running_nsupdate(folder: Path) -> Iterator[NsupdateServer]:
    """Run the server, or skip the test where it is not installed."""
    if not _PYTHON.exists():
        pytest.skip("nsupdate.info is not installed: scripts/setup nsupdate")
    values = {"folder": folder, "zone": ZONE, "secret": _SECRET, "password": PASSWORD}
    (folder / "named.conf").write_text(_NAMED.format(**values))
    (folder / "zone").write_text(_ZONE)
    (folder / "server_settings.py").write_text(_SETTINGS.format(**values))
    # a copy: AppArmor confines the program, by its path, to the system's folders
    named = shutil.copy(find_program("named"), folder / "named")
    log = folder / "log"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "server_settings",
        "PYTHONPATH": str(folder),
    }
    with namespaces("nsupdate") as [host]:
        host.start(str(named), "-g", "-c", str(folder / "named.conf"), log=log)
        making = host.start(
            *(str(_PYTHON), "-c", _HOSTS.format(**values)),
            log=log,
            environment=environment,
        )
        assert making.wait(_READY_SECONDS) == 0, log.read_text()
        command = ("-m", "django", "runserver", "--noreload", "127.0.0.1:8000")
        host.start(str(_PYTHON), *command, log=log, environment=environment)
        _wait_until_it_answers(host, log)
        yield NsupdateServer(host=host)


def _wait_until_it_answers(host: Namespace, log: Path) -> None:
    ask = "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/myip')"
    end = time.monotonic() + _READY_SECONDS
    while True:
        try:
            host.run(sys.executable, "-c", ask)
        except RuntimeError:
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.1)
        else:
            return
