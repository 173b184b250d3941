"""Keys that sign DNS messages (TSIG, RFC 8945)."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field

import dns.exception
import dns.message
import dns.name
import dns.tsig

# RFC 8945 section 6, without the truncated ones
TSIG_ALGORITHMS: Mapping[str, dns.name.Name] = {
    "hmac-sha256": dns.tsig.HMAC_SHA256,
    "hmac-sha512": dns.tsig.HMAC_SHA512,
    "hmac-sha384": dns.tsig.HMAC_SHA384,
    "hmac-sha224": dns.tsig.HMAC_SHA224,
    "hmac-sha1": dns.tsig.HMAC_SHA1,
    "hmac-md5": dns.tsig.HMAC_MD5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TsigKey:
    """A key that signs messages; `algorithm` is one of TSIG_ALGORITHMS."""

    name: str
    secret: bytes = field(repr=False)
    algorithm: str = "hmac-sha256"

    def sign(self, message: dns.message.Message) -> None:
        """Add the key to a message; dnspython signs it as it writes the wire format."""
        message.use_tsig(
            dns.tsig.Key(self.name, self.secret, TSIG_ALGORITHMS[self.algorithm])
        )


def tsig_secret(text: str) -> bytes:
    """Return the bytes of a base64 secret, which may hold blanks. Raises ValueError."""
    return b64decode("".join(text.split()), validate=True)


def is_dns_name(text: str) -> bool:
    """Return True if a text can name a key."""
    try:
        dns.name.from_text(text)
    except dns.exception.DNSException, UnicodeError:
        return False
    return not any(character.isspace() for character in text)
