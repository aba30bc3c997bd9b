"""`preview --stack prod` on a machine without any account."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from offline.workspace import ROOT
from tests.integration.clone import Clone, processes_of


@dataclass(frozen=True)
class Rehearsal:
    """A preview that has ended."""

    clone: Clone
    stack: str
    done: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module", params=["prod", "staging"])
def rehearsal(
    request: pytest.FixtureRequest, no_account: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rehearsal]:
    clone = Clone.make(tmp_path_factory.mktemp("rehearsal") / "clone")
    yield Rehearsal(clone, request.param, clone.run("preview", "--stack", request.param))
    clone.stop()


def test_it_needs_no_account_and_passes_the_policies(rehearsal: Rehearsal) -> None:
    assert rehearsal.done.returncode == 0, rehearsal.done.stdout + rehearsal.done.stderr
    assert f"pulumi:pulumi:Stack messaging-app-{rehearsal.stack} create" in rehearsal.done.stdout
    assert re.search(r"^    \+ \d{3} to create$", rehearsal.done.stdout, re.MULTILINE)
    assert re.search("^    (✅|⚠️) messaging-app@", rehearsal.done.stdout, re.MULTILINE)
    assert "[mandatory]" not in rehearsal.done.stdout


def test_it_leaves_no_process(rehearsal: Rehearsal) -> None:
    assert processes_of(rehearsal.clone.root) == {}


def test_it_makes_nothing(rehearsal: Rehearsal) -> None:
    assert rehearsal.clone.workspace(rehearsal.stack).resource_count() == 0


def test_it_touches_no_file_under_version_control(rehearsal: Rehearsal) -> None:
    for name in ("Pulumi.yaml", "Pulumi.local.yaml", "Pulumi.prod.yaml", "Pulumi.staging.yaml"):
        assert (rehearsal.clone.root / name).read_bytes() == (ROOT / name).read_bytes()
    assert {path.name for path in rehearsal.clone.root.iterdir()} <= {
        *(path.name for path in ROOT.iterdir()),
        ".offline",
    }


def test_it_leaves_nothing_that_could_lead_a_real_run_to_the_stand_ins(
    rehearsal: Rehearsal,
) -> None:
    left = [path for path in (rehearsal.clone.root / ".offline").rglob("*") if path.is_file()]
    assert rehearsal.clone.workspace(rehearsal.stack).config_file in left
    assert [path for path in left if b"PULUMI_DEBUG_PROVIDERS" in path.read_bytes()] == []
