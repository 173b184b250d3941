"""Bad days in a real Home Assistant, and that each of them passes."""

import asyncio
from collections.abc import AsyncGenerator
import json

import pytest
import pytest_asyncio

from scripts.demo.state import Family
from tests.real.relay import Relay, relayed

from .canary import NEW_TSIG_SECRET, WRONG_TSIG_SECRET, canaries_below, canaries_in
from .home import (
    CONNECTION,
    DNS_HOSTNAMES,
    DOMAIN,
    DYNDNS2_HOSTNAMES,
    Home,
    slug,
    until,
)

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

HOME, NEW = DNS_HOSTNAMES


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def relay(empty_home: Home) -> AsyncGenerator[Relay]:
    """Return a relay to the name server, which accounts take for it."""
    async with relayed(empty_home.bind.port) as relay:
        yield relay


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(empty_home: Home, relay: Relay) -> Home:
    """Return a home in which everything is set up and published."""
    await empty_home.add_connection()
    await empty_home.add_dns_account(port=relay.port)
    await empty_home.add_dyndns2_account()
    await empty_home.until_published()
    return empty_home


async def test_wrong_secret_in_the_form(empty_home: Home) -> None:
    """A wrong secret is refused in the form that asks for it; the right one is taken."""
    home_assistant = empty_home.home_assistant
    step = await home_assistant.start_flow(DOMAIN)
    step = await home_assistant.submit(step, {"provider": "rfc2136"})
    wrong = empty_home.dns_account(tsig_secret=WRONG_TSIG_SECRET)
    step = await home_assistant.submit(step, step.nest(wrong))
    assert (step.step_id, step.errors) == ("account", {"base": "invalid_credentials"})
    assert step.answer["description_placeholders"]["error_code"] == "badsig"

    step = await home_assistant.submit(step, step.nest(empty_home.dns_account()))
    assert (step.step_id, step.errors) == ("hostnames", {})
    await empty_home.give_up(step.flow_id)
    assert await empty_home.flows_in_progress() == []


async def test_no_internet_at_the_start(home: Home) -> None:
    """Without internet everything is set up all the same, and publishes when it is back."""
    home.servers.state.set_online(False)
    home.change_address()
    await home.home_assistant.restart()
    hostnames = (*DNS_HOSTNAMES, *DYNDNS2_HOSTNAMES)
    await home.until_states(
        {
            f"binary_sensor.{CONNECTION}_online": "off",
            **{f"sensor.{slug(name)}": "address_unknown" for name in hostnames},
        }
    )
    entries = await home.entries()
    assert {entry["state"] for entry in entries.values()} == {"loaded"}

    home.servers.state.set_online(True)
    await home.until_published()
    await home.until_states({f"binary_sensor.{CONNECTION}_online": "on"})


async def test_another_secret(home: Home, relay: Relay) -> None:
    """One refusal of what was accepted is no verdict, but it is shown; a person mends it."""
    await home.bind.stop()
    home.bind.secret = NEW_TSIG_SECRET
    await home.bind.start()
    await home.forget_changes()
    serial = await home.bind.serial()
    home.change_address()
    await home.until_published(DYNDNS2_HOSTNAMES)
    refused = {f"sensor.{slug(HOME)}": "unexpected_response"}
    await home.until_states(refused)
    assert await home.flows_in_progress() == []

    # it waits for its time, also after a restart
    asked = home.bind.signed_messages
    await home.home_assistant.restart()
    await home.until_states(refused)
    assert home.bind.signed_messages == asked

    home_assistant = home.home_assistant
    step = await home_assistant.start_flow(
        DOMAIN, source="reconfigure", entry_id=await home.entry_id("rfc2136")
    )
    key = home.dns_account(port=relay.port)
    step = await home_assistant.submit(
        step, step.nest({**key, "tsig_secret": WRONG_TSIG_SECRET})
    )
    assert (step.type, step.errors) == ("form", {"base": "invalid_credentials"})
    assert await home.bind.serial() == serial
    step = await home_assistant.submit(
        step, step.nest({**key, "tsig_secret": NEW_TSIG_SECRET})
    )
    assert (step.type, step.answer["reason"]) == ("abort", "reconfigure_successful")
    await home.until_published()
    await home.until_states({f"sensor.{slug(HOME)}": "up_to_date"})
    assert await home.digged(HOME) == (home.ipv4, home.ipv6)
    assert await home.flows_in_progress() == []


async def test_power_cut_during_updates(home: Home, relay: Relay) -> None:
    """What was under way when the power failed is read back, or sent once more."""
    asked, dark = asyncio.Event(), asyncio.Event()

    async def cut_power() -> None:
        await asked.wait()
        await home.home_assistant.kill()
        dark.set()

    async def hold_answer() -> None:
        asked.set()
        await dark.wait()

    await home.forget_changes()
    serial = await home.bind.serial()
    requests = home.servers.state.provider_requests
    relay.before, home.dyndns2.before_answer = cut_power, hold_answer
    home.change_address(Family.IPV4)
    async with asyncio.timeout(60):
        await dark.wait()
    relay.before = home.dyndns2.before_answer = None
    # both services have done what they were asked, but nobody was there to hear it
    await until(home.bind.serial, lambda number: number == serial + 1)
    assert home.held(DYNDNS2_HOSTNAMES[0]) == (home.ipv4, home.ipv6)
    assert home.servers.state.provider_requests == requests + 1

    sent = relay.updates
    await home.home_assistant.start()
    await home.until_published()
    states = await home.states()
    assert {states[f"sensor.{slug(name)}"] for name in DNS_HOSTNAMES} == {"up_to_date"}
    assert relay.updates == sent
    assert home.servers.state.provider_requests == requests + 2


async def test_each_transition_is_told_once(home: Home) -> None:
    """The log of the whole run tells of the wrong secret, once, and of nothing else."""
    complaints = home.complaints()
    assert complaints
    assert [text for text in complaints if "badsig" not in text] == []
    assert [text for text in complaints if " ERROR " in text] == []
    untimed = [text.partition(" WARNING ")[2] for text in complaints]
    assert len(untimed) == len(set(untimed))
    assert "blocking call" not in home.home_assistant.log_text()


async def test_nothing_leaks(home: Home) -> None:
    """No secret, right or wrong, is in any file, log or state."""
    assert list(canaries_below(home.home_assistant.config_dir)) == []
    assert canaries_in(json.dumps(await home.home_assistant.states())) == []
