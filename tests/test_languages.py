"""The other languages: each says what English says, and may leave texts out."""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
import re
from typing import Any

import pytest

from homeassistant.generated.languages import LANGUAGES

from .texts import INTEGRATION, TEXTS, every_text, placeholders_of

FOLDER = INTEGRATION / "translations"
ENGLISH = dict(every_text(TEXTS))


def problems(texts: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the texts of a language, with the next step."""
    for path, text in every_text(texts):
        name = ".".join(path)
        if path not in ENGLISH:
            yield f"{name}: en.json has no such text; remove it"
            continue
        wanted = placeholders_of(ENGLISH[path])
        if placeholders_of(text) != wanted:
            yield f"{name}: write the placeholders as English has them: {wanted}"
        if not text or text != text.strip() or "  " in text:
            yield f"{name}: remove the spaces, or leave the text out"
        if re.search(r"://|<[a-z/!]|\[%key:|'\{\w+\}'", text):
            yield f"{name}: write neither addresses, HTML, keys nor quoted placeholders"


@pytest.fixture(name="files")
def files_fixture() -> Mapping[str, Path]:
    """Return the files by language."""
    return {path.stem: path for path in FOLDER.glob("*.json")}


def test_every_language_is_one_of_home_assistant(files: Mapping[str, Path]) -> None:
    """A file of another name would never be read: German is `de`, not `de-DE`."""
    assert "en" in files
    assert set(files) <= set(LANGUAGES)


def test_every_language_says_what_english_says(files: Mapping[str, Path]) -> None:
    """A text may be missing, which shows English; none is left over or filled wrongly."""
    for language, path in files.items():
        texts = json.loads(path.read_text(encoding="utf-8"))
        assert not list(problems(texts)), f"translations/{language}.json"


def test_problems_are_found() -> None:
    """A text too many, a lost placeholder, a stray space and an address are found."""
    entity = ("entity", "button", "check_now", "name")
    filled = next(path for path, text in ENGLISH.items() if placeholders_of(text))
    for path, text, problem in (
        (("entity", "button", "no_such_button", "name"), "Los", "no such text"),
        (filled, "Ohne Platzhalter", "write the placeholders"),
        (entity, " Jetzt", "remove the spaces"),
        (entity, "https://example.com/", "write neither"),
        (entity, "Jetzt prüfen", None),
    ):
        texts: Any = text
        for key in reversed(path):
            texts = {key: texts}
        found = list(problems(texts))
        assert [problem in item for item in found] == ([True] if problem else [])
