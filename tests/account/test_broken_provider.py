"""A provider whose module cannot be used: an error of its accounts, and of nothing else."""

from collections.abc import Generator
from pathlib import Path
import sys

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ddns_plus.const import DOMAIN
from custom_components.ddns_plus.core import providers
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from tests.conftest import AddEntry
from tests.flow_driver import Flow

BROKEN = {
    "broken_import": "from ..dialects import no_such_module",
    "broken_syntax": "class Broken(",
    "broken_type": "raise TypeError('at import')",
    "broken_without_class": '"""Nothing in here."""',
}


@pytest.fixture(autouse=True)
def broken(tmp_path: Path) -> Generator[None]:
    """Put modules that cannot be used beside the providers."""
    for slug, text in BROKEN.items():
        (tmp_path / f"{slug}.py").write_text(text, encoding="utf-8")
    providers.__path__.append(str(tmp_path))
    providers.provider_slugs.cache_clear()
    yield
    providers.__path__.remove(str(tmp_path))
    providers.provider_slugs.cache_clear()
    for slug in BROKEN:
        sys.modules.pop(f"{providers.__name__}.{slug}", None)


def test_it_is_left_out_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """All others are loaded."""
    loaded = providers.load_all()
    assert set(providers.provider_slugs()) - set(loaded) == set(BROKEN)
    assert {"noip", "cloudflare", "digitalocean"} <= set(loaded)
    for slug in BROKEN:
        assert f"Provider {slug} cannot be loaded" in caplog.text
    assert "no_such_module" in caplog.text


@pytest.mark.parametrize("slug", BROKEN)
async def test_account(hass: HomeAssistant, add_entry: AddEntry, slug: str) -> None:
    """Its account says that the provider is not known."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        data={"kind": "account", "provider": slug, "settings": {}},
    )
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "unknown_provider"


@pytest.mark.usefixtures("connected")
async def test_form(hass: HomeAssistant) -> None:
    """Another account can be added."""
    flow = await Flow.add(hass)
    assert flow.step == "user"
    await flow.submit(provider="dyndns2")
    assert flow.step == "account"
