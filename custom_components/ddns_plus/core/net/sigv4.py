"""AWS Signature Version 4: the headers that authenticate a request.

Source: "AWS Signature Version 4 for API requests", IAM User Guide, read 2026-11, and the
test suite that AWS published for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
import hashlib
import hmac
from urllib.parse import quote

_ALGORITHM = "AWS4-HMAC-SHA256"
# RFC 3986, section 2.3; Python's quote() leaves letters, digits and these
_UNRESERVED = "-._~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """An access key, and the region and service that its signatures are for."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    region: str
    service: str

    def sign(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Mapping[str, str],
        body: bytes = b"",
        now: datetime,
    ) -> dict[str, str]:
        """Return the headers to send: those given, the time, and the authorization.

        `path` is as it is sent, `query` as `canonical_query` makes it. `headers` must
        have the host, and are all signed. `now` has a time zone.
        """
        moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        sent = {**headers, "X-Amz-Date": moment}
        canonical = {name.lower(): _trimmed(value) for name, value in sent.items()}
        names = ";".join(sorted(canonical))
        request = "\n".join(
            (
                method,
                quote(path, safe=f"/{_UNRESERVED}"),
                query,
                *(f"{name}:{value}" for name, value in sorted(canonical.items())),
                "",
                names,
                hashlib.sha256(body).hexdigest(),
            )
        )
        scope = (moment[:8], self.region, self.service, "aws4_request")
        text = "\n".join(
            (
                _ALGORITHM,
                moment,
                "/".join(scope),
                hashlib.sha256(request.encode()).hexdigest(),
            )
        )
        key = f"AWS4{self.secret_access_key}".encode()
        for part in (*scope, text):
            key = hmac.digest(key, part.encode(), "sha256")
        sent["Authorization"] = (
            f"{_ALGORITHM} Credential={self.access_key_id}/{'/'.join(scope)}, "
            f"SignedHeaders={names}, Signature={key.hex()}"
        )
        return sent


def canonical_query(parameters: Iterable[tuple[str, str]]) -> str:
    """Return parameters as they are signed, which is also a way to send them."""
    encoded = sorted(
        (quote(name, safe=_UNRESERVED), quote(value, safe=_UNRESERVED))
        for name, value in parameters
    )
    return "&".join(f"{name}={value}" for name, value in encoded)


def _trimmed(value: str) -> str:
    """Return a header's value without outer blanks, and with single ones inside."""
    return " ".join(value.split())
