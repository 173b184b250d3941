"""Example of dyndns2: https://example.com/api (checked 2026-10). A template, not a service.

Copy this file for a service that has /nic/update and answers good, nochg, badauth. What
the documentation says and a reader would not expect stands here, such as: what happens
to the address that is not sent is not said, so that both go in one request.
"""

from ..dialects.dyndns2 import Dialect, Dyndns2Provider
from ..dialects.fields import login
from ..provider_info import Limits, ProviderInfo, Unsent


class ExampleDyndns2(Dyndns2Provider):
    """example.com."""

    info = ProviderInfo(
        slug="_example_dyndns2",
        name="Example DNS",
        website="https://example.com/",
        credentials_url="https://example.com/settings",
        fields=login("DynDNS password"),
        limits=Limits(batch_size=20),
        pairs_families=True,
        unsent=Unsent.UNKNOWN,
    )
    # ways that differ from this: see `Dialect`
    dialect = Dialect(url="https://dyndns.example.com/nic/update")
