"""Signatures: AWS's own test suite, and botocore's signer as the oracle."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from unittest.mock import patch

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given, strategies as st
import pytest
import yaml

from custom_components.ddns_plus.core.net.sigv4 import Signer, canonical_query

HOST = "example.amazonaws.com"
MOMENT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
SIGNER = Signer(
    access_key_id="AKIDEXAMPLE",
    secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    region="us-east-1",
    service="service",
)
VECTORS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__)
    .parents[1]
    .joinpath("data", "sigv4_vectors.yaml")
    .read_text(encoding="utf-8")
)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_published_vectors(vector: dict[str, Any]) -> None:
    """Every request of AWS's suite gets the signature that AWS gives it."""
    headers = {"Host": HOST} | vector.get("headers", {})
    signed = SIGNER.sign(
        vector.get("method", "GET"),
        vector.get("path", "/"),
        query=canonical_query(map(tuple, vector.get("query", ()))),
        headers=headers,
        body=vector.get("body", "").encode(),
        now=MOMENT,
    )
    names = ";".join(sorted({*map(str.lower, headers), "x-amz-date"}))
    assert signed == headers | {
        "X-Amz-Date": "20150830T123600Z",
        "Authorization": (
            "AWS4-HMAC-SHA256 "
            "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            f"SignedHeaders={names}, Signature={vector['signature']}"
        ),
    }


_PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)
_SENT_PATHS = st.lists(st.sampled_from("az09-_~%2F5C*")).map(
    lambda characters: "/2013-04-01/" + "".join(characters)
)


@given(
    key=_PRINTABLE,
    secret=st.text(min_size=1),
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    path=_SENT_PATHS,
    query=st.dictionaries(st.text(min_size=1), st.text(), max_size=4),
    header=st.text(st.characters(min_codepoint=32, max_codepoint=126)),
    body=st.binary(),
    now=st.datetimes(
        min_value=datetime(2000, 1, 1),
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9))]),
    ),
)
def test_as_botocore_signs(
    key: str,
    secret: str,
    method: str,
    path: str,
    query: dict[str, str],
    header: str,
    body: bytes,
    now: datetime,
) -> None:
    """Whatever the request, AWS's own library signs it alike."""
    text = canonical_query(query.items())
    request = AWSRequest(
        method=method,
        url=f"https://{HOST}{path}?{text}",
        headers={"X-Of-Ours": header},
        data=body,
    )
    oracle = SigV4Auth(Credentials(key, secret), "route53", "us-east-1")
    with patch("botocore.auth.get_current_datetime", return_value=now.astimezone(UTC)):
        oracle.add_auth(request)
    signed = Signer(
        access_key_id=key,
        secret_access_key=secret,
        region="us-east-1",
        service="route53",
    ).sign(
        method,
        path,
        query=text,
        headers={"Host": HOST, "X-Of-Ours": header},
        body=body,
        now=now,
    )
    assert signed["Authorization"] == request.headers["Authorization"]
    assert signed["X-Amz-Date"] == request.headers["X-Amz-Date"]


@given(st.dictionaries(st.text(), st.text()))
def test_query_is_all_escaped(query: dict[str, str]) -> None:
    """No parameter can become two, and nothing is left for others to read differently."""
    text = canonical_query(query.items())
    assert text.isascii()
    assert not set(text) & set(" +/?#\\\"'")
    assert text.count("=") == len(query)


def test_no_secret_is_shown() -> None:
    """Neither the signer nor what is sent tells the secret."""
    shown = repr(SIGNER) + str(SIGNER.sign("GET", "/", headers={}, now=MOMENT))
    assert SIGNER.secret_access_key not in shown
