"""The pages and tables about the providers are what the providers say of themselves."""

from pathlib import Path

import pytest

from custom_components.ddns_plus.core.providers import load_provider, provider_slugs
from scripts.provider_docs.evidence import read_evidence
from scripts.provider_docs.facts import facts_of
from scripts.provider_docs.files import ROOT, files, left_over

from .real.oracles.cases import COMPARED

FILES = files()
# its requests are no HTTP, and are compared in a test of their own
_COMPARED_APART = {("ddclient", "rfc2136")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_page_is_up_to_date(path: Path) -> None:
    """Run `python -m scripts.provider_docs` where this fails."""
    assert path.read_text(encoding="utf-8") == FILES[path]


def test_no_page_is_left_over() -> None:
    """Every page is that of a provider."""
    assert left_over() == []


@pytest.mark.parametrize("slug", provider_slugs())
def test_evidence(slug: str) -> None:
    """It is said how sure we are, and what is said of tests is true."""
    evidence = read_evidence(slug)
    described_by_user = load_provider(slug).info.tries_in_flow
    assert bool(evidence.documentation or evidence.code) is not described_by_user
    if evidence.documentation:
        assert evidence.documentation.startswith("https://")
    for test in evidence.servers.values():
        assert (ROOT / test).is_file()
    compared = {(client, case.slug) for client, case in COMPARED} | _COMPARED_APART
    assert {*evidence.clients} == {client for client, of in compared if of == slug}


def test_facts_can_be_told_apart() -> None:
    """Each fact of a provider is about something else."""
    for slug in provider_slugs():
        about = [about for about, _ in facts_of(load_provider(slug))]
        assert len(about) == len(set(about)) > 8
