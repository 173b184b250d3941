"""Mail-in-a-Box, custom DNS: the box's page Custom DNS, and its source, management/.

https://github.com/mail-in-a-box/mailinabox (read 2026-12). A PUT sets one record in
place of all of its name and type, and creates it; the other family's stays. "OK" says
that it was there already. Only an administrator without two-factor authentication can
log in.
"""

from collections.abc import Mapping
from functools import partial
from typing import override

from ..address import Family
from ..dialects.fields import login
from ..dialects.phrases import PhraseProvider, Target
from ..dialects.server_url import server_url_problem
from ..dialects.update_url import UpdateRequest
from ..errors import InvalidField
from ..outcome import Outcome
from ..provider_info import Field, FieldKind, ProviderInfo, Settings

_TYPES = {Family.IPV4: "A", Family.IPV6: "AAAA"}


class MailInABox(PhraseProvider):
    """A Mail-in-a-Box that the user names."""

    info = ProviderInfo(
        slug="mailinabox",
        name="Mail-in-a-Box",
        website="https://mailinabox.email/",
        credentials_url="https://mailinabox.email/",
        any_server=True,
        fields=(
            Field(
                key="api_url",
                kind=FieldKind.URL,
                called="control panel",
                identity=True,
            ),
            *login("password", user_name="email"),
        ),
    )
    families_apart = True
    phrases = {
        r"\S+ is not a domain name or a subdomain of a domain name managed by": partial(
            InvalidField, "hostname", "not_managed", reason="hostname_in_no_zone"
        ),
        r"updated DNS: \S.*": Outcome.UPDATED,
        "OK": Outcome.UNCHANGED,
    }

    @override
    @classmethod
    def check_settings(cls, settings: Settings) -> Mapping[str, str]:
        """Return what is wrong with the URL."""
        text = str(settings.get("api_url", "")).strip()
        problem = server_url_problem(text, allow_http=False)
        return {} if problem is None else {"api_url": problem}

    @override
    def target(self, request: UpdateRequest) -> Target:
        """Return where an update is sent."""
        ((family, address),) = request.addresses.items()
        box = str(self.settings["api_url"]).strip().rstrip("/")
        record = f"{request.hostnames[0].fqdn}/{_TYPES[family]}"
        return Target(
            url=f"{box.removesuffix('/admin')}/admin/dns/custom/{record}",
            method="PUT",
            body=str(address),
            login=(str(self.settings["username"]), str(self.settings["password"])),
        )
