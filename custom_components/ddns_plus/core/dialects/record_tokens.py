"""Update URLs with a token for each record: one for A, another for AAAA."""

from typing import override

from ..address import Family
from ..errors import InvalidCredentials, InvalidField
from ..provider_info import ISSUED, Field
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


class RecordTokenProvider(PhraseProvider):
    """A service where each record has a token, which stands for its name, too.

    A hostname with both records has two, with one of them one.
    """

    families_apart = True

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
