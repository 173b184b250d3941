"""A relay for DNS over TCP that counts messages and lets a test step in between."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import dns.message
import dns.opcode


@dataclass(kw_only=True)
class Relay:
    """Passes messages on to a name server; `before` is awaited before each update is.

    With `hang_up` the connection is closed instead of an update's answer passed back.
    """

    target: int
    port: int = 0
    before: Callable[[], Awaitable[None]] | None = None
    hang_up: bool = False
    opcodes: list[dns.opcode.Opcode] = field(default_factory=list)
    connections: int = 0

    @property
    def updates(self) -> int:
        """Return how many updates were passed on."""
        return self.opcodes.count(dns.opcode.UPDATE)

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass on the messages of one connection, one by one."""
        self.connections += 1
        server_reader, server_writer = await asyncio.open_connection(
            "127.0.0.1", self.target
        )
        try:
            while True:
                request = await _receive(reader)
                opcode = dns.message.from_wire(request, keyring=False).opcode()
                self.opcodes.append(opcode)
                if opcode is dns.opcode.UPDATE and self.before is not None:
                    await self.before()
                _send(server_writer, request)
                answer = await _receive(server_reader)
                if opcode is dns.opcode.UPDATE and self.hang_up:
                    return
                _send(writer, answer)
        except asyncio.IncompleteReadError:
            return
        finally:
            server_writer.close()
            writer.close()


async def _receive(reader: asyncio.StreamReader) -> bytes:
    """Read one message."""
    return await reader.readexactly(int.from_bytes(await reader.readexactly(2)))


def _send(writer: asyncio.StreamWriter, wire: bytes) -> None:
    """Write one message."""
    writer.write(len(wire).to_bytes(2) + wire)


@asynccontextmanager
async def relayed(target: int) -> AsyncGenerator[Relay]:
    """Run a relay to a port of this machine."""
    relay = Relay(target=target)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    async with server:
        yield relay
        server.close_clients()
