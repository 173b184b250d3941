"""Answers of both versions of FreeDNS's update URLs.

All answers but version 2's to a wrong token come with HTTP 200, and that the address is
the same is called an error by version 1. Without `address` the connection's source is
taken; it is always sent. A web page with a captcha is no answer.
"""

from datetime import timedelta
from functools import partial

from ..errors import InvalidCredentials
from ..outcome import Outcome
from ..provider_info import Limits
from .record_tokens import RecordTokenProvider

LIMITS = Limits(minimum_interval=timedelta(minutes=5))
_NAME = r"[^\s,]+\.[^\s,]+"
_ADDRESS = r"(?P<address>[0-9a-f.:]*[0-9a-f:])"
_WRONG_TOKEN = partial(
    InvalidCredentials, "unknown_token", reason="token_or_record_gone"
)


class FreeDnsProvider(RecordTokenProvider):
    """A version of FreeDNS. Subclasses set `info` and say where updates are sent."""

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
