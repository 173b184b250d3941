"""An account as it is stored, and what it stands for."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.engine.state import (
    AccountState,
    Attempt,
    Failure,
    FamilyState,
    HostnameState,
)
from custom_components.ddns_plus.core.errors import FailureKind
from custom_components.ddns_plus.core.outcome import Outcome

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
A = ip_address("81.2.69.142")
B = ip_address("81.2.69.143")
IPV6 = ip_address("2a02:8108::1")

# a whole account; once a version is released, never edit it: users have it on their disks
STORED: dict[str, Any] = {
    "failure": {
        "kind": "rate_limited",
        "code": "http_429",
        "said": "too many requests",
        "reason": "",
        "facts": {},
        "at": "2026-11-22T12:00:00+00:00",
        "address": None,
        "field": None,
        "account_wide": True,
        "maybe_applied": False,
        "again_at": None,
    },
    "retry_at": "2026-11-22T12:30:00+00:00",
    "hostnames": {
        "01JD": {
            "paused": True,
            "families": {
                "ipv4": {
                    "published": "81.2.69.142",
                    "changed_at": "2026-11-20T08:00:00.000001+00:00",
                    "confirmed_at": "2026-11-21T08:00:00+00:00",
                    "sent_at": "2026-11-22T12:00:00+00:00",
                    "drift_sent_at": None,
                    "vain_repairs": 0,
                    "outcome": "updated",
                    "attempt": {
                        "address": "81.2.69.143",
                        "at": "2026-11-22T12:00:00+00:00",
                        "earlier": [None, "81.2.69.142"],
                        "overtaken_at": None,
                        "settled_at": None,
                    },
                    "failure": None,
                    "failures": 2,
                    "retry_at": None,
                    "asked_until": None,
                    "doubted_at": None,
                },
                "ipv6": {
                    "published": None,
                    "changed_at": None,
                    "confirmed_at": None,
                    "sent_at": None,
                    "drift_sent_at": None,
                    "vain_repairs": 0,
                    "outcome": None,
                    "attempt": None,
                    "failure": {
                        "kind": "invalid_field",
                        "code": "nohost",
                        "said": "",
                        "reason": "",
                        "facts": {},
                        "at": "2026-11-22T12:00:00+00:00",
                        "address": "2a02:8108::1",
                        "field": "hostname",
                        "account_wide": False,
                        "maybe_applied": False,
                        "again_at": None,
                    },
                    "failures": 1,
                    "retry_at": None,
                    "asked_until": None,
                    "doubted_at": None,
                },
            },
        }
    },
    "writes": ["2026-11-22T11:00:00+00:00", "2026-11-22T12:00:00+00:00"],
    "accepted": False,
}
READ = AccountState(
    failure=Failure(
        kind=FailureKind.RATE_LIMITED,
        code="http_429",
        said="too many requests",
        at=NOW,
        account_wide=True,
    ),
    retry_at=NOW + timedelta(minutes=30),
    hostnames={
        "01JD": HostnameState(
            paused=True,
            families={
                Family.IPV4: FamilyState(
                    published=A,
                    changed_at=datetime(2026, 11, 20, 8, 0, 0, 1, tzinfo=UTC),
                    confirmed_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
                    sent_at=NOW,
                    outcome=Outcome.UPDATED,
                    attempt=Attempt(address=B, at=NOW, earlier=(None, A)),
                    failures=2,
                ),
                Family.IPV6: FamilyState(
                    failure=Failure(
                        kind=FailureKind.INVALID_FIELD,
                        code="nohost",
                        at=NOW,
                        address=IPV6,
                        field="hostname",
                    ),
                    failures=1,
                ),
            },
        )
    },
    writes=(NOW - timedelta(hours=1), NOW),
)
