"""Our sentences in the language of the server, and in English where that lacks one."""

import json
from pathlib import Path
import shutil

import pytest

from custom_components.ddns_plus.account.failures import cause_texts, explained
from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core.errors import Refused, Unavailable
from custom_components.ddns_plus.texts import (
    ENGLISH,
    async_load_texts,
    option_text,
    provider_help,
    reason_text,
)
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from .flow_driver import Flow
from .texts import INTEGRATION, provider_text, text_at

HELP = "Bei duckdns.org anmelden: das Token steht oben auf der Seite."
GERMAN = {
    "selector": {
        "provider_duckdns": {"options": {"credentials_help": HELP}},
        "reason": {
            "options": {
                "body_too_large": "HTTP {status} mit mehr als {size} KiB",
                # what it must be filled with is missing: not to be shown
                "not_json": "kein JSON",
            }
        },
    }
}


@pytest.fixture
async def german(hass: HomeAssistant, tmp_path: Path) -> None:
    """Let the server speak German, of which few texts are there."""
    texts = tmp_path / "translations"
    shutil.copytree(INTEGRATION / "translations", texts)
    (texts / "de.json").write_text(json.dumps(GERMAN), encoding="utf-8")
    integration = await async_get_integration(hass, DOMAIN)
    integration.file_path = tmp_path
    hass.config.language = "de"


@pytest.mark.usefixtures("german")
async def test_a_text_that_a_language_lacks_is_english(hass: HomeAssistant) -> None:
    """Key by key."""
    await async_load_texts(hass)
    facts = {"status": "200", "size": "64"}
    german = "HTTP 200 mit mehr als 64 KiB"
    english = "HTTP 200 with more than 64 KiB"
    assert reason_text(hass, "body_too_large", facts) == german
    assert reason_text(hass, "body_too_large", facts, language=ENGLISH) == english
    assert (
        reason_text(hass, "not_json", facts) == "HTTP 200 with a body that is not JSON"
    )
    assert provider_help(hass, "duckdns") == HELP
    assert provider_help(hass, "noip") == provider_text("noip", "credentials_help")
    option = "first_update"
    assert option_text(hass, "check", option) == text_at(
        "selector", "check", "options", option
    )


@pytest.mark.usefixtures("german", "connected")
async def test_the_form_of_an_account_speaks_the_language(hass: HomeAssistant) -> None:
    """Where the credentials are is told in German, when it turns out in English."""
    flow = await Flow.add(hass, "duckdns")
    assert flow.placeholders["credentials_help"] == HELP
    check, notes = flow.placeholders["check"].split("\n\n")
    assert check == text_at("selector", "check", "options", "first_update")
    assert notes == provider_text("duckdns", "notes")
    flow = await Flow.add(hass, "noip")
    assert flow.placeholders["credentials_help"] == provider_text(
        "noip", "credentials_help"
    )


async def test_a_cause_is_our_sentence_and_what_the_provider_said(
    hass: HomeAssistant,
) -> None:
    """The code where there is neither."""
    await async_load_texts(hass)
    ours = Unavailable(reason="tls_failed")
    assert explained(hass, ours) == "the server's certificate is not valid"
    both = Refused("abuse", "Call {us}.", reason="tls_failed")
    assert explained(hass, both) == "the server's certificate is not valid: Call {us}."
    assert explained(hass, Refused("abuse", "Call us.")) == "Call us."
    assert cause_texts(hass, Refused("abuse")) == {
        "error_code": "abuse",
        "error_detail": "abuse",
    }


async def test_a_reason_of_another_version_is_left_out(hass: HomeAssistant) -> None:
    """It was stored before the sentence was changed, or given up."""
    await async_load_texts(hass)
    assert explained(hass, Refused("abuse", "No.", reason="no_such_reason")) == "No."
    assert explained(hass, Refused("not_json", "No.", reason="not_json")) == "No."
