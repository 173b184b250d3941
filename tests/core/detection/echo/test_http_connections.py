"""Tests of connections that break, hang, or cannot be trusted."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import ssl

import pytest

from custom_components.ddns_plus.core.detection.echo.http import HttpOptions
from custom_components.ddns_plus.core.detection.source import SourceFailure
from tests.core.detection.certificates import self_signed

from .services import IPV4, Services, answering, ask, service

# for those who never answer: it does not matter how long nothing is waited for
IMPATIENT = timedelta(milliseconds=100)


async def test_silence_ends_with_the_time_limit(
    services: Services, options: HttpOptions
) -> None:
    """Neither a silent server nor one that drips holds up a round."""

    async def silent(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await services.over.wait()

    async def dripping(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n1")
        await writer.drain()
        await services.over.wait()

    impatient = replace(options, timeout=IMPATIENT)
    for talk in (silent, dripping):
        url = await services.raw(talk)
        assert str(await ask(service(url), impatient)) == "timeout"


@pytest.mark.parametrize(
    ("sent", "failure"),
    [
        (b"", "unreachable"),
        (b"\x00\x01\x02 what is this\r\n\r\n", "not_http"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "not_http"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n11.22", "unreachable"),
        (b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n", "not_http"),
    ],
    ids=["nothing", "garbage", "another protocol", "half an answer", "a long header"],
)
async def test_broken_answers(
    services: Services, options: HttpOptions, sent: bytes, failure: str
) -> None:
    """What is not HTTP, or not all of it, is no answer."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(sent)
        await writer.drain()

    url = await services.raw(talk)
    assert str(await ask(service(url), options)) == failure


async def test_nobody_is_there(services: Services, options: HttpOptions) -> None:
    """A closed port, a network that cannot be reached and a name that is none are told apart."""
    url = await services.web(answering(""))
    await services.stack.aclose()
    assert str(await ask(service(url), options)) == "unreachable"
    # TCP to the broadcast address is refused by our own kernel; nothing is sent
    broadcast = service("http://255.255.255.255/")
    assert str(await ask(broadcast, options)) == "no_route"
    # a label of 64 letters cannot be asked for: no name server is troubled with it
    nameless = service(f"http://{'a' * 64}.example/")
    assert str(await ask(nameless, options)) == "dns_failed"


@pytest.mark.parametrize(
    ("trusted", "begins", "failure"),
    [
        (True, timedelta(days=-1), None),
        (False, timedelta(days=-1), "tls_failed"),
        (True, timedelta(days=-9), "tls_failed"),
        (True, timedelta(days=1), "certificate_not_yet_valid"),
    ],
    ids=["trusted", "self-signed", "expired", "not yet valid"],
)
async def test_certificates_are_verified(
    services: Services,
    options: HttpOptions,
    trusted: bool,
    begins: timedelta,
    failure: str | None,
) -> None:
    """Who cannot show who it is may be anybody; a future certificate means a wrong clock."""
    server, own = self_signed("127.0.0.1", datetime.now(UTC) + begins)
    url = await services.web(answering(str(IPV4)), context=server)
    if trusted:
        client = ssl.create_default_context(cadata=own)
        options = replace(options, ssl_context=client)
    answer = await ask(service(url), options)
    if failure is None:
        assert answer == IPV4
        return
    assert str(answer) == failure
    assert isinstance(answer, SourceFailure)
    assert answer.captive_portal


async def test_a_router_may_show_a_certificate_that_nobody_signed(
    services: Services, options: HttpOptions
) -> None:
    """If the user says so, and only in the house."""
    server, _ = self_signed("127.0.0.2", datetime.now(UTC) - timedelta(days=9))
    url = await services.web(answering(str(IPV4)), context=server)
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    options = replace(options, unverified_ssl_context=trusting)
    router = service(url, local=True, verify_tls=False)
    assert await ask(router, options) == IPV4
    # without such a context there is no less safe way
    strict = replace(options, unverified_ssl_context=None)
    assert str(await ask(router, strict)) == "tls_failed"
    assert str(await ask(service(url, local=True), options)) == "tls_failed"
    assert str(await ask(service(url, verify_tls=False), options)) == "tls_failed"


async def test_a_certificate_of_somebody_else_is_refused(
    services: Services, options: HttpOptions
) -> None:
    """The name on it must be the one that was asked for."""
    server, own = self_signed("127.0.0.2", datetime.now(UTC) - timedelta(days=1))
    url = await services.web(answering(str(IPV4)), context=server)
    client = ssl.create_default_context(cadata=own)
    options = replace(options, ssl_context=client)
    assert str(await ask(service(url), options)) == "tls_failed"


async def test_a_server_without_tls_is_no_https_server(
    services: Services, options: HttpOptions
) -> None:
    """A broken handshake is not taken for an outage of the connection."""
    url = await services.web(answering(str(IPV4)))
    answer = await ask(service(url.replace("http:", "https:")), options)
    assert str(answer) == "tls_failed"
