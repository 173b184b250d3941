"""A person describes the request of a service, has it tried, and sees what was answered."""

import base64

import pytest

from scripts.demo.dyndns2_server import HOSTNAMES, USERNAME

from .conftest import Demo
from .person import Person

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HOSTNAME = HOSTNAMES[-1]


async def test_custom_request(demo: Demo, person: Person) -> None:
    """The first try fails, what was typed is corrected, and the second one is good."""
    await person.look_on(1280, 2000)
    await person.open_integration()
    await person.click("Add account")
    await person.choose("Provider", "Custom request")
    await person.click("Submit")
    await person.sees("with placeholders in curly brackets")
    port = demo.servers.ports.dyndns2
    await person.fill(
        "Request URL",
        f"http://127.0.0.1:{port}/nic/update?hostname={{hostname}}&myip={{address}}",
    )
    login = f"{USERNAME}:{demo.servers.password}".encode()
    credentials = base64.b64encode(login).decode()
    await person.fill(
        "Headers", f"Accept: text/plain\nAuthorization: Basic {credentials}"
    )
    await person.fill("Pattern of success", "^wonderful")
    await person.switch("Send the password unencrypted")
    await person.picture("filled")
    await person.click("Submit")
    await person.sees("it is a real update")
    await person.picture("offer")
    await person.pick("Try it with one real update")
    await person.fill("Hostname", HOSTNAME)
    await person.picture("trial")
    await person.click("Submit")
    await person.sees("This does not count as success")
    await person.sees(f"hostname={HOSTNAME}")
    await person.picture("failed")
    await person.pick("Change something")
    await person.sees_typed("Pattern of success", "^wonderful")
    await person.fill("Pattern of success", "^(good|nochg)")
    await person.click("Submit")
    await person.pick("Try it with one real update")
    await person.click("Submit")
    await person.sees("This answer counts as success")
    await person.picture("succeeded")
    await person.pick("Go on")
    await person.sees("Which hostnames shall follow")
    await person.sees_typed("Hostname", HOSTNAME)
