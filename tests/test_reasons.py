"""Reasons of errors: each has its sentence in en.json, and the code has no prose."""

import pytest

from .reasons import GivenReason, given_reasons, prose
from .texts import TEXTS, placeholders_of

SENTENCES = TEXTS["selector"]["reason"]["options"]
GIVEN = list(given_reasons())
# the beginning of a program
NO_PROSE = "\nimport json, re"


@pytest.mark.parametrize("given", GIVEN, ids=lambda given: given.where)
def test_a_reason_has_its_sentence(given: GivenReason) -> None:
    """With exactly its facts: write it into en.json, selector.reason."""
    assert given.reason in SENTENCES
    assert placeholders_of(SENTENCES[given.reason]) == given.facts


def test_no_sentence_is_left_over() -> None:
    """Each is the reason of some error."""
    assert len(GIVEN) > 100, "the reasons are not found any more"
    assert set(SENTENCES) == {given.reason for given in GIVEN}


def test_the_code_has_no_prose() -> None:
    """What people read is in en.json, where it can be translated."""
    assert [
        (where, text) for where, text in prose() if not text.startswith(NO_PROSE)
    ] == []
