"""A person looks at the account forms of providers that have little in common."""

import pytest

from .conftest import Demo
from .person import Person
from .test_person import begin_account

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize(
    ("provider", "fields"),
    [
        pytest.param("dynv6", ("Token",), id="token"),
        pytest.param(
            "Amazon Route 53", ("Access key ID", "Secret access key"), id="zone_api"
        ),
        pytest.param("he.net", ("DDNS key",), id="secret_per_hostname"),
        pytest.param("No-IP", ("User name", "Password"), id="dyndns2"),
        pytest.param("selfhost.de", ("User name", "Password"), id="one_hostname"),
        pytest.param("nsupdate.info", ("Update URL",), id="own_server"),
        pytest.param("Dynadot", ("Zone",), id="zone_of_account"),
    ],
)
async def test_form_of_an_account(
    demo: Demo, person: Person, provider: str, fields: tuple[str, ...]
) -> None:
    """Each asks for what it needs, says where that is found, and for nothing else."""
    await begin_account(person, provider)
    for field in fields:
        await person.sees_typed(field, "")
    await person.picture("form")
