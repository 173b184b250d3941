"""Answers of both versions of FreeDNS's update URLs.

Every record, A or AAAA, has a token of its own, which stands for its name, too: the name
is not sent. A hostname with both records has two, with one of them one. All answers but
version 2's to a wrong token come with HTTP 200, and that the address is the same is
called an error by version 1. Without `address` the connection's source is taken; it is
always sent. A web page with a captcha is no answer.
"""

from datetime import timedelta
from functools import partial
from typing import override

from ..address import Family
from ..errors import InvalidCredentials, InvalidField
from ..outcome import Outcome
from ..provider_info import ISSUED, Field, Limits
from .phrases import PhraseProvider
from .update_url import Results, UpdateRequest

TOKEN = "update_key"
IPV6_TOKEN = "update_key_ipv6"
TOKEN_FIELDS = (
    Field(key=TOKEN, secret=True, pattern=ISSUED, called="token"),
    Field(
        key=IPV6_TOKEN,
        secret=True,
        pattern=ISSUED,
        required=False,
        advanced=True,
        called="token",
    ),
)
LIMITS = Limits(minimum_interval=timedelta(minutes=5))
_NAME = r"[^\s,]+\.[^\s,]+"
_ADDRESS = r"(?P<address>[0-9a-f.:]*[0-9a-f:])"
_WRONG_TOKEN = partial(
    InvalidCredentials, "unknown_token", reason="token_or_record_gone"
)


class FreeDnsProvider(PhraseProvider):
    """A version of FreeDNS. Subclasses set `info` and say where updates are sent."""

    families_apart = True
    phrases = {
        rf"Updated {_NAME} from \S+ to {_ADDRESS}": Outcome.UPDATED,
        rf"Updated ([1-9][0-9]* host\(s\) )?{_NAME}(,? {_NAME})* to {_ADDRESS} in [0-9.]+ seconds": Outcome.UPDATED,
        rf"No IP change detected for {_NAME} with IP {_ADDRESS},? skipping update": Outcome.UNCHANGED,
        rf"(ERROR: )?Address {_ADDRESS} has not changed\.?": Outcome.UNCHANGED,
        r"(ERROR: )?Invalid update URL\b": _WRONG_TOKEN,
        r"(ERROR: )?Unable to locate this record\b": _WRONG_TOKEN,
        r"(ERROR: )?Couldn't find any matching DNS records\b": _WRONG_TOKEN,
        # the token is that of the record of the other family
        r"(ERROR: )?\S+ is an invalid IP address\b": partial(
            InvalidCredentials,
            "invalid_address",
            reason="token_of_other_family",
        ),
    }

    def token(self, request: UpdateRequest) -> str:
        """Return the token of the record that is updated."""
        return str(request.settings.get(_key(request), "")).strip()

    @override
    async def send(self, request: UpdateRequest) -> Results:
        """Make one request; a token that is refused is that of the record.

        Raises DdnsError.
        """
        try:
            return await super().send(request)
        except InvalidCredentials as err:
            error = InvalidField(_key(request), **err.words).of(err.authority)
        raise error


def _key(request: UpdateRequest) -> str:
    """Return the key of the field that has the token of the record."""
    (family,) = request.addresses
    own = family is Family.IPV6 and request.settings.get(IPV6_TOKEN)
    return IPV6_TOKEN if own else TOKEN
