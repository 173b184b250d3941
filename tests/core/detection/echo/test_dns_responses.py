"""Tests of reading what may come instead of a DNS server's answer."""

from ipaddress import IPv4Address, IPv6Address

from hypothesis import example, given, settings, strategies as st

from custom_components.ddns_plus.core.address import Address, Family
from custom_components.ddns_plus.core.detection.echo.dns import (
    make_question,
    read_response,
)
from custom_components.ddns_plus.core.detection.methods import DnsServer
from custom_components.ddns_plus.core.detection.source import SourceError

from .dns_servers import AA, NAME, OVER_TLS, PLAIN, RA, TXT, telling
from .services import IPV4

QUESTIONS = {
    method: make_question(method, Family.IPV4) for method in (PLAIN, TXT, OVER_TLS)
}
ANSWERS = {
    method: telling(
        '"11.22.33.44"' if method is TXT else "11.22.33.44",
        f"{NAME}. HINFO a b",
        change=lambda response: response.use_edns(0),
    )(question.to_wire())
    for method, question in QUESTIONS.items()
}


def outcome(data: bytes, method: DnsServer = PLAIN) -> Address | str | None:
    """Return what comes of a datagram."""
    try:
        return read_response(data, QUESTIONS[method], method.transport)
    except SourceError as err:
        return str(err)


@given(st.binary(max_size=300))
def test_any_bytes_are_no_answer(data: bytes) -> None:
    """Nothing but an outcome comes out, and by chance no address."""
    assert not isinstance(outcome(data), IPv4Address | IPv6Address)


@given(
    st.sampled_from((PLAIN, TXT, OVER_TLS)),
    st.integers(0, 0xFFFF),
    st.lists(st.integers(0, 4), min_size=4, max_size=4),
    st.binary(max_size=200),
    st.booleans(),
)
@settings(max_examples=500)
def test_any_message_is_read_or_refused(
    method: DnsServer, flags: int, counts: list[int], body: bytes, asked: bool
) -> None:
    """With our id, all flags and codes, and records of any bytes."""
    wire = QUESTIONS[method].to_wire()
    header = wire[:2] + flags.to_bytes(2)
    if asked:
        counts[0], body = 1, wire[12:] + body
    data = header + b"".join(count.to_bytes(2) for count in counts) + body
    check_flags(outcome(data, method), data, method)


@given(
    st.sampled_from((PLAIN, TXT, OVER_TLS)),
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 255)), max_size=4),
    st.integers(0, 200),
)
@example(PLAIN, [], 0)
@settings(max_examples=500)
def test_an_answer_that_was_changed_on_the_way(
    method: DnsServer, changes: list[tuple[int, int]], cut: int
) -> None:
    """It is read, refused or ignored."""
    data = bytearray(ANSWERS[method])
    for place, change in changes:
        data[place % len(data)] ^= change
    data = data[: len(data) - cut % len(data)]
    found = outcome(bytes(data), method)
    check_flags(found, bytes(data), method)
    if data == ANSWERS[method]:
        assert found == IPV4


def check_flags(found: Address | str | None, data: bytes, method: DnsServer) -> None:
    """See that an address came from a response, over plain UDP only with authority."""
    if not isinstance(found, IPv4Address | IPv6Address):
        return
    flags = int.from_bytes(data[2:4])
    # QR, opcode, TC and the code
    assert flags & 0xFA0F == 0x8000
    if method.tls_name is None:
        assert flags & (AA | RA) == AA
