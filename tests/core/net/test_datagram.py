"""Tests of the exchange of datagrams, where its users do not test it."""

import asyncio
import socket

from custom_components.ddns_plus.core.net.datagram import exchange


async def test_flood_does_not_block_the_loop(socket_enabled: None) -> None:
    """Others get their turn after each datagram, though the next one is there already."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    turns = 0
    seen: list[int] = []

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    def read(data: bytes) -> str | None:
        seen.append(turns)
        return data.decode() if data == b"yes" else None

    with ours, theirs:
        ours.setblocking(False)
        for data in (b"no", b"no", b"no", b"yes"):
            theirs.send(data)
        running = asyncio.create_task(others())
        answer = await exchange(ours, b"who?", read, first_wait=30, largest=100)
        running.cancel()
        assert theirs.recv(100) == b"who?"
    assert answer == "yes"
    assert len(set(seen)) == len(seen) == 4
