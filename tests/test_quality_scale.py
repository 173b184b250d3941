"""The work list of Home Assistant's quality scale: every rule is on it, and is accounted for."""

import json

from packaging.requirements import Requirement
import yaml

from .texts import INTEGRATION

BRONZE = """action-setup appropriate-polling brands common-modules config-flow
config-flow-test-coverage dependency-transparency docs-actions docs-conditions
docs-high-level-description docs-installation-instructions docs-removal-instructions
docs-triggers entity-event-setup entity-unique-id has-entity-name runtime-data
test-before-configure test-before-setup unique-config-entry"""
SILVER = """action-exceptions config-entry-unloading docs-configuration-parameters
docs-installation-parameters entity-unavailable integration-owner log-when-unavailable
parallel-updates reauthentication-flow test-coverage"""
GOLD = """devices diagnostics discovery discovery-update-info docs-data-update docs-examples
docs-known-limitations docs-supported-devices docs-supported-functions docs-troubleshooting
docs-use-cases dynamic-devices entity-category entity-device-class
entity-disabled-by-default entity-translations exception-translations icon-translations
reconfiguration-flow repair-issues stale-devices"""
PLATINUM = "async-dependency inject-websession strict-typing"


def test_every_rule_is_accounted_for() -> None:
    """What is not plainly done says why."""
    path = INTEGRATION / "quality_scale.yaml"
    rules = yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]
    assert set(rules) == {*f"{BRONZE} {SILVER} {GOLD} {PLATINUM}".split()}
    assert len(rules) == 54
    for rule, state in rules.items():
        if state != "done":
            assert state["status"] in ("done", "exempt", "todo"), rule
            assert state["comment"].strip(), rule


def test_every_requirement_is_accounted_for() -> None:
    """Whether it is open, and does not block."""
    manifest = json.loads((INTEGRATION / "manifest.json").read_text(encoding="utf-8"))
    path = INTEGRATION / "quality_scale.yaml"
    rules = yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]
    for requirement in manifest["requirements"]:
        name = Requirement(requirement).name
        for rule in ("dependency-transparency", "async-dependency"):
            assert name in rules[rule]["comment"], rule
