"""The same account and hostname in ddclient, in inadyn and in ours: the same requests."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from custom_components.ddns_plus.core.outcome import Outcome
from custom_components.ddns_plus.core.providers import provider_slugs
from tests.real.bind import run
from tests.real.namespaces import namespaces, require

from .case import Case
from .cases import CASES, COMPARED
from .comparison import compare
from .differences import DIFFERENCES, NOT_OURS
from .recording_server import recording_server
from .surroundings import Surroundings

pytestmark = pytest.mark.real


@pytest.fixture
async def surroundings(loopback: None, tmp_path: Path) -> AsyncGenerator[Surroundings]:
    """Return a namespace in which all hosts are the recording server."""
    with namespaces("oracles") as [namespace]:
        async with recording_server(namespace) as server:
            yield Surroundings(namespace=namespace, server=server, folder=tmp_path)


@pytest.mark.parametrize(
    ("client", "case"),
    [
        pytest.param(client, case, id=f"{client}-{case.name}".replace(" ", "-"))
        for client, case in COMPARED
    ],
)
async def test_requests_are_equivalent(
    surroundings: Surroundings, client: str, case: Case
) -> None:
    """Host, method, path, parameters and authentication are, but for what is explained."""
    require(client)

    comparison = await compare(surroundings, case, client)

    assert set(comparison.results) == {Outcome.UPDATED}
    assert comparison.theirs, comparison.said
    assert {*comparison.differences} == {*DIFFERENCES.get((client, case.name), {})}


def test_only_what_is_compared_is_explained() -> None:
    """No explanation outlives its case."""
    assert DIFFERENCES.keys() <= {(client, case.name) for client, case in COMPARED}


async def test_every_protocol_of_ddclient_is_accounted_for() -> None:
    """Each is compared, or it is said why not."""
    require("ddclient")
    # it has a test of its own, with a name server
    compared = {"nsupdate"} | {
        case.ddclient["protocol"] for case in CASES if case.ddclient
    }

    protocols = {*(await run("ddclient", "-list-protocols")).split()}

    assert protocols == compared | NOT_OURS.keys()
    assert not compared & NOT_OURS.keys()


def test_no_provider_counts_as_missing() -> None:
    """A protocol that a provider speaks by now has to be compared."""
    missing = {name for name, why in NOT_OURS.items() if why == "no provider yet"}
    assert not missing & {*provider_slugs()}
