"""What every provider says of itself, and where."""

from datetime import timedelta
from importlib import import_module
from pathlib import Path
import re

import pytest

from custom_components.ddns_plus.core import providers
from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.dialects.update_url import UpdateUrlProvider
from custom_components.ddns_plus.core.hostname import Hostname
from custom_components.ddns_plus.core.provider_info import Field, FieldKind
from custom_components.ddns_plus.core.providers import (
    load_all,
    load_provider,
    provider_slugs,
)

from .catalog import HTTP_SLUGS, SLUGS, TEMPLATES, classes, provider_type, scenario_file
from .offline import offline
from .scenario import CANARY, has_file

REPOSITORY = Path(__file__).parents[2]
# a provider counts with its companions
MOST_LINES_OF_FILE = 140
MOST_LINES_OF_FOLDER = 920


@pytest.mark.parametrize("slug", SLUGS)
def test_one_provider_in_a_file_of_its_name(slug: str) -> None:
    """The slug is the file's name, and the file holds one provider and not much more."""
    module = import_module(f"{providers.__name__}.{slug}")
    (found,) = classes(module)
    assert found is provider_type(slug)
    assert found.info.slug == slug
    assert module.__file__ is not None
    path = Path(module.__file__)
    files = list(path.parent.rglob("*.py")) if path.stem == "__init__" else [path]
    lines = sum(len(each.read_text(encoding="utf-8").splitlines()) for each in files)
    assert lines <= (MOST_LINES_OF_FILE if files == [path] else MOST_LINES_OF_FOLDER)
    assert module.__doc__
    assert found.__doc__


@pytest.mark.parametrize("slug", provider_slugs())
def test_every_provider_has_scenarios(slug: str) -> None:
    """Beside every provider there is a scenario file."""
    assert has_file(slug)


@pytest.mark.parametrize("slug", TEMPLATES)
def test_a_template_is_not_offered(slug: str) -> None:
    """A template cannot be chosen."""
    assert slug not in provider_slugs()
    with pytest.raises(LookupError):
        load_provider(slug)


@pytest.mark.parametrize("slug", SLUGS)
def test_fields(slug: str) -> None:
    """Fields are well-formed and can be told apart."""
    info = provider_type(slug).info
    for fields in (info.fields, info.hostname_fields):
        keys = [field.key for field in fields]
        assert len(set(keys)) == len(keys)
        for field in fields:
            _check_field(field)
    assert info.fields or info.hostname_fields
    # what a stored hostname says must not be taken for what the account says
    assert not any(field.identity for field in info.hostname_fields)


def _check_field(field: Field) -> None:
    """Check one field."""
    assert re.fullmatch(r"[a-z][a-z0-9_]*", field.key)
    assert not (field.secret and field.identity)
    if field.secret:
        assert field.kind is FieldKind.TEXT
        assert field.default is None
    assert bool(field.choices) is (field.kind is FieldKind.CHOICE)
    if field.choices:
        assert len(set(field.choices)) == len(field.choices)
        assert field.default is None or field.default in field.choices
    if field.kind is not FieldKind.INTEGER:
        assert field.minimum is None
        assert field.maximum is None
        assert field.numbers == ()
    elif field.minimum is not None and field.maximum is not None:
        assert field.minimum < field.maximum
    assert not (field.required and field.advanced and field.default is None)


@pytest.mark.parametrize("slug", SLUGS)
def test_info(slug: str) -> None:
    """What a provider says of itself is consistent."""
    provider = provider_type(slug)
    info, limits = provider.info, provider.info.limits
    assert info.name.strip() == info.name != ""
    for url in (info.website, info.credentials_url):
        assert url.startswith("https://")
    assert info.families
    assert len(info.families) == 2 or not info.pairs_families
    assert limits.batch_size >= 1
    assert limits.minimum_interval >= timedelta()
    assert limits.outage_wait >= timedelta(minutes=1)
    if limits.keep_alive is not None:
        assert limits.keep_alive > limits.minimum_interval
    ttl = [field for field in info.hostname_fields if field.key == "ttl"]
    assert bool(ttl) is (limits.ttl is not None)
    if limits.ttl is not None:
        assert limits.ttl[0] < limits.ttl[1]
        # what a person may type in is what is sent
        assert all(ttl[0].allows(number) for number in limits.ttl)
        assert not ttl[0].allows(limits.ttl[1] + 1)
        assert ttl[0].allowed


@pytest.mark.parametrize("slug", SLUGS)
def test_a_person_is_told_where_the_credentials_are(slug: str) -> None:
    """In the words that the provider uses."""
    info = provider_type(slug).info
    fields = [*info.fields, *info.hostname_fields]
    assert all(field.called.strip() == field.called for field in fields)
    # what runs on a server of any kind has no words of its own
    if not info.any_server:
        assert all(field.called for field in fields if field.secret)


@pytest.mark.parametrize("slug", SLUGS)
def test_account(slug: str) -> None:
    """The account of the scenarios is one that the forms would let pass, and has a name."""
    provider, file = provider_type(slug), scenario_file(slug)
    fields = {field.key: field for field in provider.info.fields}
    assert file.settings.keys() <= fields.keys()
    assert {key for key, field in fields.items() if field.required} <= set(
        file.settings
    )
    assert provider.check_settings(file.settings) == {}
    identity = provider.identity(file.settings)
    assert identity.unique_id.startswith(slug)
    assert CANARY not in identity.unique_id + identity.title
    secrets = {key for key, field in fields.items() if field.secret}
    other = dict.fromkeys(secrets, "another") | {
        key: value for key, value in file.settings.items() if key not in secrets
    }
    has_name = any(
        field.identity and file.settings.get(field.key) for field in fields.values()
    )
    # a new password is no new account; without a name the secret has to tell them apart
    same = provider.identity(other).unique_id == identity.unique_id
    assert same is (has_name or not secrets)


@pytest.mark.parametrize("slug", set(SLUGS) - set(HTTP_SLUGS))
def test_real_server_tests_exist(slug: str) -> None:
    """A provider that speaks no HTTP is tested against a real server."""
    path = scenario_file(slug).real_server
    assert path is not None
    assert (REPOSITORY / path).is_file()


def test_all_are_offered() -> None:
    """The form that lists the providers lists all."""
    offered = load_all()
    assert {"cloudflare", "duckdns", "dyndns2", "dynu", "noip", "rfc2136"} <= set(
        offered
    )
    assert all(slug == provider.info.slug for slug, provider in offered.items())


@pytest.mark.parametrize(
    "slug",
    [slug for slug in SLUGS if issubclass(provider_type(slug), UpdateUrlProvider)],
)
async def test_who_is_only_told_cannot_tell(slug: str) -> None:
    """A provider that is told addresses answers no question, and makes no call for it."""
    provider = provider_type(slug)(scenario_file(slug).settings, offline())
    hostname = Hostname("home.example.com")
    await provider.verify()
    assert await provider.hostnames() is None
    assert await provider.read([(hostname, Family.IPV4)]) is None
    assert provider.name_servers(hostname) is None
    assert provider.resolvable({}) is not False
