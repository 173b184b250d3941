"""The pages and tables about the providers are what the providers say of themselves."""

from collections.abc import Iterator
from pathlib import Path
import re

import pytest

from custom_components.ddns_plus.core import providers
from custom_components.ddns_plus.core.provider import Field, ProviderInfo
from custom_components.ddns_plus.core.providers import (
    load_provider,
    provider_slugs,
    variomedia,
)
from scripts.provider_docs.__main__ import main
from scripts.provider_docs.evidence import ONE_CLIENT, read_evidence
from scripts.provider_docs.facts import facts_of
from scripts.provider_docs.files import ROOT, files, left_over
from scripts.provider_docs.incomplete import IncompleteProviderError
from scripts.provider_docs.labels import account_labels, help_of, notes_of

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
    for month in filter(None, (evidence.read, evidence.recorded)):
        assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month)
    if evidence.kind == ONE_CLIENT:
        # people read the notes in the form as well
        assert notes_of(load_provider(slug).info)
    for test in evidence.servers.values():
        assert (ROOT / test).is_file()
    compared = {(client, case.slug) for client, case in COMPARED} | _COMPARED_APART
    assert {*evidence.clients} == {client for client, of in compared if of == slug}


def test_facts_can_be_told_apart() -> None:
    """Each fact of a provider is about something else."""
    for slug in provider_slugs():
        about = [about for about, _ in facts_of(load_provider(slug))]
        assert len(about) == len(set(about)) > 8


@pytest.fixture(name="more_providers")
def more_providers_fixture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Return a folder whose modules are providers as well."""
    monkeypatch.setattr(providers, "__path__", [*providers.__path__, str(tmp_path)])
    provider_slugs.cache_clear()
    yield tmp_path
    provider_slugs.cache_clear()


def test_a_provider_without_scenarios_is_told_what_is_missing(
    more_providers: Path,
) -> None:
    """A sentence names the file and the next step, in place of a traceback."""
    code = Path(str(variomedia.__file__)).read_text(encoding="utf-8")
    (more_providers / "another.py").write_text(
        code.replace('"variomedia"', '"another"'), encoding="utf-8"
    )
    with pytest.raises(SystemExit) as told:
        main()
    assert told.value.code == (
        "nothing was written: tests/providers/scenarios/another.yaml is missing: "
        "copy the file of a provider of the same kind there"
    )


def test_nothing_is_written_while_a_provider_is_broken(more_providers: Path) -> None:
    """A module that cannot be imported is named, and its page is not removed."""
    (more_providers / "broken.py").write_text("import nothing_of_this_name")
    with pytest.raises(SystemExit) as told:
        main()
    assert told.value.code == (
        "nothing was written: cannot be imported, see the log above: broken"
    )


@pytest.mark.parametrize(
    "text",
    [
        "like: dyndns2",
        "evidence: {documents: https://example.com/}",
        "evidence: {documentation: https://example.com/}",
    ],
)
def test_scenarios_without_evidence_are_told_what_is_missing(
    tmp_path: Path, text: str
) -> None:
    """A key that is missing or misspelt leads to the list of keys."""
    (tmp_path / "another.yaml").write_text(text)
    with pytest.raises(
        IncompleteProviderError, match=r"another\.yaml needs `evidence`"
    ):
        read_evidence("another", tmp_path)


def test_evidence_that_contradicts_itself_is_told_so(tmp_path: Path) -> None:
    """The code of others is read where there is no documentation."""
    (tmp_path / "another.yaml").write_text(
        "evidence: {documentation: 'https://example.com/', read: 2026-11, code: [a]}",
        encoding="utf-8",
    )
    with pytest.raises(IncompleteProviderError, match="not both"):
        read_evidence("another", tmp_path)


def test_a_field_without_a_text_is_told_where_to_write_it() -> None:
    """A new kind of field needs a name and a description."""
    info = ProviderInfo(
        slug="another",
        name="Another",
        website="https://example.com/",
        credentials_url="https://example.com/",
        fields=(Field(key="magic_word"),),
    )
    with pytest.raises(
        IncompleteProviderError, match=r"no config\.step\.account\.data\.magic_word"
    ):
        list(account_labels(info))


def test_a_provider_without_help_is_told_where_to_write_it() -> None:
    """The page of a provider says where its credentials are."""
    info = ProviderInfo(
        slug="another",
        name="Another",
        website="https://example.com/",
        credentials_url="https://example.com/",
        fields=(),
    )
    with pytest.raises(IncompleteProviderError, match=r"selector\.provider_another"):
        help_of(info)
