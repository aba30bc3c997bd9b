"""What a change of each setting does to a running production: the table in docs/changes.md.

`UPDATE_DOCS=1 pytest tests/integration/test_changes.py` writes the table anew.
"""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from offline.workspace import ROOT
from settings.load import SETTINGS_KEY
from tests.integration.clone import TIME_LIMIT
from tests.integration.conftest import Platform
from tests.integration.engine import Engine

TABLE = ROOT / "docs" / "changes.md"

INTRODUCTION = """\
# What a change of a setting does

Each row is one change of `Pulumi.prod.yaml`, previewed by the real engine against a running
production on emulated AWS. **Nothing** touches no resource, **in place** changes resources that
keep running, **rolling** replaces application servers a few at a time behind the load balancer,
**replacement** replaces what is named, and **refused** is stopped before anything is touched,
because it would replace what holds data, the public zone, or the network that all of it stands in.
An account of AWS takes new tags for its budget and its detector in place; the emulated one replaces
them.

| Setting | From | To | Effect | Replaced |
|---|---|---|---|---|
"""

CHANGES: Mapping[str, Any] = {
    "environment": "production",
    "owner": "another-team",
    "region": "eu-west-3",
    "domain": "talk.example.com",
    "network.cidr": "10.8.0.0/16",
    "network.zones": ["eu-central-1a", "eu-central-1b"],
    "network.nat": "single",
    "network.ssh_cidrs": ["192.0.2.0/24"],
    "servers.api.image": "messaging-app/api:1.1.0",
    "servers.api.instance_type": "m6i.2xlarge",
    "servers.api.min_size": 4,
    "servers.api.max_size": 16,
    "servers.api.disk_gib": 200,
    "servers.websocket.image": "messaging-app/websocket:1.1.0",
    "servers.websocket.instance_type": "m6i.2xlarge",
    "servers.websocket.min_size": 4,
    "servers.websocket.max_size": 16,
    "servers.websocket.disk_gib": 200,
    "servers.websocket.path_patterns": ["/ws*", "/live*"],
    "database.instance_class": "db.m6i.4xlarge",
    "database.engine_version": "16.12",
    "database.storage_gib": 600,
    "database.max_storage_gib": 3000,
    "database.multi_az": False,
    "database.backup_retention_days": 30,
    "database.deletion_protection": False,
    "cache.kind": "elasticache",
    "cache.instance_type": "m6i.2xlarge",
    "cache.disk_gib": 100,
    "operations.image": "messaging-app/ops:1.1.0",
    "operations.instance_type": "m6i.2xlarge",
    "operations.disk_gib": 200,
    "operations.data_gib": 200,
    "operations.alert_email": "on-call@example.com",
    "operations.patch_schedule": "cron(0 5 ? * SAT *)",
    "audit.account_services": False,
    "audit.monthly_budget_usd": 9000,
    "storage.backup_retention_days": 60,
    "storage.noncurrent_days": 60,
    "storage.object_lock_days": 30,
    "storage.copy_region": "eu-west-2",
    "protect": False,
}
"""Dotted path of a setting → another value than production's."""

WITH_REGION = {"network.zones": ["eu-west-3a", "eu-west-3b", "eu-west-3c"]}
"""What must change along with the region."""

HOLDS_DATA = {
    "aws:ebs/volume:Volume",
    "aws:kms/key:Key",
    "aws:rds/instance:Instance",
    "aws:s3/bucket:Bucket",
}

RUN_ANEW = "aws:ssm/association:Association"
"""It is replaced to run a release's migrations, or to roll out a template's version; nothing is
lost with the old one."""

ROLLOUT = "-rollout-association"
"""End of the names of those that roll out."""


@dataclass(frozen=True)
class Effect:
    """What a preview would do."""

    steps: list[dict[str, Any]]
    refused: bool

    def _of(self, *operations: str) -> list[dict[str, Any]]:
        return [step for step in self.steps if step["op"] in operations]

    @property
    def replaced(self) -> list[str]:
        """Resources that are replaced or deleted, as `type name`."""
        gone = self._of("replace", "delete")
        return sorted({f"{kind(step)} {name(step)}" for step in gone if kind(step) != RUN_ANEW})

    @property
    def held_data(self) -> list[str]:
        """Of these, the ones that hold data."""
        gone = self._of("replace", "delete")
        return sorted(name(step) for step in gone if kind(step) in HOLDS_DATA)

    @property
    def rolled(self) -> set[str]:
        """Server groups whose servers are replaced one after another."""
        anew = [name(step) for step in self._of("replace") if kind(step) == RUN_ANEW]
        return {each.removesuffix(ROLLOUT) for each in anew if each.endswith(ROLLOUT)}

    @property
    def word(self) -> str:
        """The kind of effect that the table shows."""
        if self.refused:
            return "refused"
        if self.replaced:
            return "replacement"
        if self.rolled:
            return "rolling"
        return "in place" if self._of("update", "create") else "nothing"


def kind(step: Mapping[str, Any]) -> str:
    """Resource type of a step."""
    return step["urn"].split("::")[2].split("$")[-1]


def name(step: Mapping[str, Any]) -> str:
    """Logical name of a step's resource."""
    return step["urn"].split("::")[3]


def production() -> dict[str, Any]:
    """The settings in production's stack file."""
    document = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())
    return document["config"][SETTINGS_KEY]


def put(settings: dict[str, Any], path: str, value: object) -> object:
    """Set the value at a dotted path; gives the one before, None for one that was left out."""
    *parents, last = path.split(".")
    for part in parents:
        settings = settings.setdefault(part, {})
    before = settings.get(last)
    settings[last] = value
    return before


def leaves(settings: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Dotted paths of all settings."""
    for key, value in settings.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from leaves(value, f"{path}.")  # pyright: ignore[reportUnknownArgumentType]
        else:
            yield path


def effect(engine: Engine, path: str, value: object) -> Effect:
    """Preview production with one setting changed."""
    document = yaml.safe_load(engine.workspace.config_file.read_text())
    settings = document["config"][SETTINGS_KEY]
    put(settings, path, value)
    if path == "region":
        for other, adapted in WITH_REGION.items():
            put(settings, other, adapted)
    changed = engine.workspace.folder / "Pulumi.changed.yaml"
    changed.write_text(yaml.safe_dump(document))
    environment = engine.environment() | {"PULUMI_OPTION_CONFIG_FILE": str(changed)}
    done = subprocess.run(
        ["pulumi", "preview", "--json", "--show-replacement-steps", "--stack", "prod"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIME_LIMIT,
    )
    told = json.loads(done.stdout)
    refused = "protect" in done.stdout and done.returncode != 0
    assert done.returncode == 0 or refused, done.stdout + done.stderr
    return Effect(told.get("steps", []), refused)


@pytest.fixture(scope="module")
def effects(production: Platform) -> dict[str, Effect]:
    """The effect of each change."""
    return {path: effect(production.engine, path, value) for path, value in CHANGES.items()}


def shown(value: object) -> str:
    return "—" if value is None else f"`{json.dumps(value)}`"


def row(path: str, found: Effect) -> str:
    before = put(production(), path, None)
    many = found.replaced
    listed = ", ".join(each.split()[-1] for each in many[:4])
    more = f" and {len(many) - 4} more" if len(many) > 4 else ""
    what = f"{listed}{more}" if many and not found.refused else ""
    cells = (f"`{path}`", shown(before), shown(CHANGES[path]), found.word, what)
    return f"| {' | '.join(cells)} |\n"


def test_every_setting_of_production_is_changed() -> None:
    assert set(leaves(production())) - {"target", "servers.api.role", "servers.websocket.role"} <= (
        CHANGES.keys()
    )


def test_no_change_silently_replaces_what_holds_data(effects: dict[str, Effect]) -> None:
    silent = {
        path: found.held_data
        for path, found in effects.items()
        if found.held_data and not found.refused
    }
    assert silent == {}


def test_a_release_rolls_its_own_servers_and_no_others(effects: dict[str, Effect]) -> None:
    for group in ("api", "websocket"):
        found = effects[f"servers.{group}.image"]
        assert (found.word, found.rolled) == ("rolling", {group})


def test_the_table_in_the_docs_is_current(effects: dict[str, Effect]) -> None:
    text = INTRODUCTION + "".join(row(path, found) for path, found in effects.items())
    if os.environ.get("UPDATE_DOCS"):
        TABLE.write_text(text)
    assert TABLE.read_text() == text
