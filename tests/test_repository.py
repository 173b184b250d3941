"""What the repository promises to Home Assistant, HACS, contributors and itself."""

from itertools import pairwise
import json
import os
from pathlib import Path
import re
import struct
import subprocess
from typing import Any

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
from packaging.requirements import Requirement
import pytest
import yaml
from yarl import URL

from custom_components.ddns_plus.core.detection.catalog import SOURCES
from custom_components.ddns_plus.core.detection.methods import (
    DnsServer,
    Method,
    StunServer,
    WebService,
)
from custom_components.ddns_plus.core.detection.source import Transport
from homeassistant.const import __version__ as HOME_ASSISTANT_VERSION

ROOT = Path(__file__).parents[1]
INTEGRATION = ROOT / "custom_components" / "ddns_plus"
REPOSITORY = "https://github.com/ddns-plus/ddns_plus"

MAX_LINES = 400


def files_of(*folders: str) -> list[Path]:
    """Return the files below folders, without what tools leave in hidden ones."""
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and not any(
            part == "__pycache__" or (part.startswith(".") and part != ".github")
            for part in path.relative_to(ROOT).parts
        )
    )


DATA_FILES = [
    path
    for path in files_of(".github", "blueprints", "custom_components", "tests")
    if path.suffix in {".json", ".yaml", ".yml"}
]
SOURCE_FILES = [
    path
    for path in files_of("benchmarks", "custom_components", "scripts")
    if path.suffix == ".py" or (path.parent.name == "scripts" and not path.suffix)
]
PRODUCT = [path for path in files_of("custom_components") if path.suffix == ".py"]
SCRIPTS = (
    ".ci/fresh_debian",
    ".ci/run",
    "scripts/debian_mirror",
    "scripts/develop",
    "scripts/setup",
    "scripts/test",
)
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def name_of(value: object) -> str:
    """Return a short test id."""
    return str(value.relative_to(ROOT) if isinstance(value, Path) else value)


def read_json(path: Path) -> Any:
    """Return what a JSON file holds, and fail when a key stands in it twice."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys)), f"a key stands twice among {keys}"
        return dict(pairs)

    return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique)


def requirement_lines() -> list[tuple[str, str]]:
    """Return (file name, line) for every line of the requirements files."""
    return [
        (path.name, line)
        for path in sorted((ROOT / "requirements").glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]


@pytest.fixture(name="manifest", scope="module")
def manifest_fixture() -> dict[str, Any]:
    """Return the integration's manifest."""
    manifest: dict[str, Any] = read_json(INTEGRATION / "manifest.json")
    return manifest


def test_manifest_keys_are_in_order(manifest: dict[str, Any]) -> None:
    """Hassfest wants domain and name first and the rest by the alphabet."""
    keys = list(manifest)
    assert keys[:2] == ["domain", "name"]
    assert keys[2:] == sorted(keys[2:])


def test_manifest_has_what_hassfest_and_hacs_demand(manifest: dict[str, Any]) -> None:
    """A custom integration with a config flow needs these keys."""
    assert manifest["domain"] == INTEGRATION.name
    assert manifest["name"] == "DDNS Plus"
    assert manifest["config_flow"] is True
    assert (INTEGRATION / "config_flow.py").is_file()
    assert manifest["integration_type"] == "service"
    assert manifest["iot_class"] == "cloud_polling"
    assert manifest["documentation"] == REPOSITORY
    assert manifest["issue_tracker"] == f"{REPOSITORY}/issues"
    assert manifest["codeowners"]
    assert all(owner.startswith("@") for owner in manifest["codeowners"])
    # One account must not lock out the next one.
    assert "single_config_entry" not in manifest


def test_version_is_one_that_home_assistant_loads(manifest: dict[str, Any]) -> None:
    """A custom integration without a version it understands is not loaded."""
    strategy = AwesomeVersion(manifest["version"]).strategy
    assert strategy is AwesomeVersionStrategy.SEMVER


def test_tests_run_on_the_oldest_home_assistant_we_promise() -> None:
    """The minimum in hacs.json is of the release line that the tests run on."""
    minimum = read_json(ROOT / "hacs.json")["homeassistant"]
    assert minimum.rsplit(".", 1)[0] == HOME_ASSISTANT_VERSION.rsplit(".", 1)[0]
    assert AwesomeVersion(minimum) <= AwesomeVersion(HOME_ASSISTANT_VERSION)


def test_hacs_json_has_only_keys_that_hacs_knows() -> None:
    """HACS refuses a repository over one unknown key."""
    known = {
        "content_in_root",
        "country",
        "filename",
        "hide_default_branch",
        "homeassistant",
        "name",
        "persistent_directory",
        "zip_release",
    }
    hacs = read_json(ROOT / "hacs.json")
    assert hacs.keys() <= known
    assert hacs["name"] == "DDNS Plus"


def test_runtime_requirements_are_what_the_manifest_asks_for(
    manifest: dict[str, Any],
) -> None:
    """What is tested is what Home Assistant installs."""
    wanted = {req.name: req for req in map(Requirement, manifest["requirements"])}
    tested = [
        Requirement(line) for file, line in requirement_lines() if "runtime" in file
    ]
    assert {req.name for req in tested} == wanted.keys()
    for requirement in tested:
        version = str(requirement.specifier).removeprefix("==")
        assert wanted[requirement.name].specifier.contains(version)


@pytest.mark.parametrize(("file", "line"), requirement_lines())
def test_requirements_are_pinned(file: str, line: str) -> None:
    """A requirement names one version, and no place to get it from."""
    assert re.fullmatch(r"[\w.-]+==[\w.]+", line), (
        f"write `name==version` into requirements/{file}: {line}"
    )


@pytest.mark.parametrize(
    ("file", "size"),
    [
        (f"{prefix}icon{suffix}.png", size)
        for prefix in ("", "dark_")
        for suffix, size in (("", 256), ("@2x", 512))
    ],
)
def test_brand_images(file: str, size: int) -> None:
    """Home Assistant shows square images of these sizes, with transparency."""
    data = (INTEGRATION / "brand" / file).read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, colour_type = struct.unpack(">IIBB", data[16:26])
    assert (width, height) == (size, size)
    assert (depth, colour_type) == (8, 6), "8 bits of red, green, blue and opacity"


@pytest.mark.parametrize("path", DATA_FILES, ids=name_of)
def test_data_file_can_be_read(path: Path) -> None:
    """A data file parses and holds something."""
    if path.suffix == ".json":
        assert read_json(path)
    else:
        assert yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SOURCE_FILES, ids=name_of)
def test_source_file_is_short(path: Path) -> None:
    """A file holds one concept."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES, "split it into concepts, each in a file of its own"


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_can_be_run(script: str) -> None:
    """What README and continuous integration call is executable and parses."""
    path = ROOT / script
    assert os.access(path, os.X_OK)
    assert path.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")
    subprocess.run(["bash", "-n", path], check=True)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    """A relative link or image names a file of this repository."""
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if not target.startswith(("https://", "mailto:")):
            assert (path.parent / target).exists(), f"no such file: {target}"


def _host(method: Method) -> str:
    """Return whom a way to ask leads to."""
    match method:
        case WebService():
            return str(URL(method.url).host)
        case DnsServer():
            return str(method.server)
        case StunServer():
            return method.host
    raise AssertionError(method)


def test_readme_names_every_host_that_tells_the_address() -> None:
    """A user can read whom Home Assistant will talk to."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    methods = [method for item in SOURCES.values() for method in (item.ipv4, item.ipv6)]
    hosts = {
        _host(method)
        for method in methods
        if method and method.transport is not Transport.LAN
    }
    missing = {host for host in hosts if f"`{host}`" not in readme}
    assert not missing, "name these hosts in README.md > Privacy"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs" / "design").glob("*.md")), ids=name_of
)
def test_design_note_is_short_and_says_what_for(path: Path) -> None:
    """A design note fits on a page and opens with what it is for."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 80, "split the note, or shorten it"
    places = [
        lines.index(next(line for line in lines if line.startswith(start)))
        for start in ("**Read when**", "**Defines**", "**Does not define**")
    ]
    assert all(earlier < later for earlier, later in pairwise(places))


NOTES = [*sorted((ROOT / "docs" / "design").glob("*.md")), ROOT / "CONTRIBUTING.md"]


@pytest.mark.parametrize("path", [*SOURCE_FILES, *NOTES[:-1]], ids=name_of)
def test_words_are_plain(path: Path) -> None:
    """Docstrings, comments and notes name the thing: a source, a record, an account."""
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"(?i)\b(?:nobody|whoever|whom|anew|lest)\b.*", text)
    assert not found, "name the thing instead; see CONTRIBUTING.md > Names and words"


@pytest.mark.parametrize("path", NOTES, ids=name_of)
def test_lines_of_a_note_fit_on_a_screen(path: Path) -> None:
    """A line has 120 characters at most."""
    lines = path.read_text(encoding="utf-8").splitlines()
    too_long = [number for number, line in enumerate(lines, 1) if len(line) > 120]
    assert not too_long, "wrap these lines after at most 120 characters"


@pytest.mark.parametrize("path", NOTES, ids=name_of)
def test_files_that_a_note_names_exist(path: Path) -> None:
    """A path in backticks is one of the repository, or of a folder of the integration."""
    folders = [ROOT, INTEGRATION, INTEGRATION / "core", INTEGRATION / "core/detection"]
    folders += [INTEGRATION / "core/dialects", INTEGRATION / "core/providers"]
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"`([\w./]+(?:\.(?:py|json|yaml|md)|/))`", text):
        real = name.replace("SLUG", "noip")
        assert any((folder / real).exists() for folder in folders), f"no file {name}"


@pytest.mark.parametrize("path", NOTES, ids=name_of)
def test_names_that_a_note_mentions_exist(path: Path) -> None:
    """A class or function in backticks is found in the code."""
    words = set(re.findall(r"\w+", "".join(item.read_text() for item in PRODUCT)))
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"`[\w./]+\.\w+`", "", text)
    named = re.findall(r"`([A-Z][a-z]\w*|[a-z]+_[a-z_]+|\w+(?=\())[^`/]*`", text)
    assert set(named) <= words, "the code has another name now: write it in the note"
