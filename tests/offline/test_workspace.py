"""Where an offline stack lives: its files, its environment, its locks."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from offline import workspace as module
from offline.errors import OfflineError
from offline.workspace import ROOT, Workspace, alive
from toolchain import locate


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace("local", base=tmp_path)


@pytest.fixture
def ended_pid() -> int:
    """The number of a process that runs no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def write_state(workspace: Workspace, **deployment: Any) -> None:
    workspace.checkpoint.parent.mkdir(parents=True)
    workspace.checkpoint.write_text(json.dumps({"checkpoint": {"latest": deployment}}))


def test_nothing_that_points_at_a_real_account_reaches_the_engine(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "prod")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "mine")
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "mine")
    monkeypatch.setenv("LANG", "C")

    environment = workspace.environment()

    assert environment["LANG"] == "C"
    assert not [name for name in environment if name.startswith("AWS_")]
    assert "PULUMI_ACCESS_TOKEN" not in environment
    assert environment["PULUMI_BACKEND_URL"].startswith(workspace.state.as_uri())


def test_the_tools_of_the_project_come_first_on_path(workspace: Workspace) -> None:
    folders = workspace.environment()["PATH"].split(os.pathsep)
    assert folders[:2] == [str(ROOT / ".venv" / "bin"), str(locate())]


def test_preparing_leaves_the_stack_file_alone_and_salts_a_copy(workspace: Workspace) -> None:
    before = workspace.source_file.read_bytes()

    workspace.prepare()

    assert workspace.source_file.read_bytes() == before
    copied, _, salt = workspace.config_file.read_text().partition("encryptionsalt: ")
    assert copied == before.decode()
    assert salt.startswith("v1:")
    assert workspace.exists


def test_the_engine_writes_nothing_beside_its_state_that_a_kill_could_cut_off(
    workspace: Workspace,
) -> None:
    workspace.prepare()
    assert list(workspace.state.rglob("*.attrs")) == []


def test_preparing_again_keeps_the_passphrase_and_the_salt(workspace: Workspace) -> None:
    workspace.prepare()
    before = workspace.passphrase.read_text(), workspace.config_file.read_text()

    workspace.prepare()

    assert (workspace.passphrase.read_text(), workspace.config_file.read_text()) == before


def test_preparing_again_takes_what_changed_in_the_stack_file(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.prepare()
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.local.yaml").write_text("config: {}\n")
    monkeypatch.setattr(module, "ROOT", project)

    workspace.prepare()

    assert workspace.config_file.read_text().startswith("config: {}\nencryptionsalt: v1:")


def test_the_secrets_provider_of_a_real_stack_is_left_out_of_its_rehearsal(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.prepare()
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.local.yaml").write_text(
        "secretsprovider: awskms://alias/prod\nencryptedkey: AQ==\nconfig: {}\n"
    )
    monkeypatch.setattr(module, "ROOT", project)

    workspace.prepare()

    assert workspace.config_file.read_text().startswith("config: {}\nencryptionsalt: v1:")


def test_only_its_owner_can_read_the_passphrase(workspace: Workspace) -> None:
    workspace.prepare()
    assert stat.S_IMODE(workspace.passphrase.stat().st_mode) == 0o600


def test_a_refusal_of_the_engine_is_passed_on(tmp_path: Path) -> None:
    workspace = Workspace("a" * 101, base=tmp_path)
    with pytest.raises(OfflineError) as caught:
        workspace.prepare()
    assert str(caught.value).startswith(
        f"The engine could not make stack {workspace.stack}: error: "
    )


def test_a_stack_that_was_never_up_has_nothing(workspace: Workspace) -> None:
    assert not workspace.exists
    assert (workspace.resource_count(), workspace.pending_operations()) == (0, 0)


def test_the_state_tells_its_resources_and_what_never_ended(workspace: Workspace) -> None:
    write_state(workspace, resources=[{}, {}], pending_operations=[{}])
    assert (workspace.resource_count(), workspace.pending_operations()) == (2, 1)


def test_a_lock_is_stale_once_its_process_has_ended(workspace: Workspace, ended_pid: int) -> None:
    folder = workspace.state / ".pulumi" / "locks" / "organization" / "messaging-app" / "local"
    folder.mkdir(parents=True)
    (folder / "living.json").write_text(json.dumps({"pid": os.getpid()}))
    stale = folder / "ended.json"
    stale.write_text(json.dumps({"pid": ended_pid}))

    assert workspace.stale_locks() == [stale]


def test_only_one_command_works_on_a_stack(workspace: Workspace) -> None:
    with (
        workspace.exclusive(),
        pytest.raises(OfflineError) as caught,
        Workspace("local", base=workspace.base).exclusive(),
    ):
        pass
    assert str(caught.value) == (
        "Another command is working on stack local in this folder. "
        "Wait until it ends, or stop it with Ctrl-C where it runs."
    )


def test_the_next_command_may_work_when_the_first_has_ended(workspace: Workspace) -> None:
    for _ in range(2):
        with workspace.exclusive():
            assert workspace.folder.is_dir()


def test_commands_on_different_stacks_do_not_wait_for_each_other(workspace: Workspace) -> None:
    with workspace.exclusive(), Workspace("prod", base=workspace.base).exclusive():
        assert workspace.folder.is_dir()


def test_removing_forgets_the_stack_and_no_other(workspace: Workspace) -> None:
    other = Workspace("prod", base=workspace.base)
    for each in (workspace, other):
        write_state(each, resources=[])

    workspace.remove()

    assert (workspace.exists, other.exists) == (False, True)


def test_a_process_is_alive_until_it_ends(ended_pid: int) -> None:
    assert alive(os.getpid())
    assert not alive(ended_pid)


@pytest.mark.parametrize("name", ["", ".", "..", "../elsewhere", "/home", "a/b", "-f", "a b"])
def test_no_name_of_a_stack_leads_out_of_its_folder(name: str) -> None:
    with pytest.raises(OfflineError) as caught:
        Workspace(name)
    assert str(caught.value) == (
        f"{name!r} is no name of a stack: it may have letters, digits, hyphens and underscores "
        "only. Name one that has a Pulumi.<stack>.yaml, such as local."
    )


def test_a_state_that_cannot_be_read_is_a_sentence(workspace: Workspace) -> None:
    write_state(workspace)
    workspace.checkpoint.write_text("")
    with pytest.raises(OfflineError) as caught:
        workspace.resource_count()
    assert str(caught.value) == (
        f"The state of stack local cannot be read ({workspace.checkpoint}: Expecting value: "
        "line 1 column 1 (char 0)). Begin anew with `make down STACK=local`."
    )


def test_a_stack_that_was_made_without_its_salt_is_made_anew(workspace: Workspace) -> None:
    workspace.prepare()
    (workspace.folder / "project" / "Pulumi.local.yaml").unlink()

    workspace.prepare()

    assert "encryptionsalt: v1:" in workspace.config_file.read_text()


def test_a_lost_salt_is_a_sentence(workspace: Workspace) -> None:
    write_state(workspace, resources=[{}])
    with pytest.raises(OfflineError) as caught:
        workspace.prepare()
    assert str(caught.value) == (
        f"{workspace.folder}/project/Pulumi.local.yaml has lost the salt with which the secrets "
        "of stack local are encrypted. Begin anew with `make down STACK=local`."
    )


def test_a_lock_that_was_never_finished_is_stale(workspace: Workspace) -> None:
    folder = workspace.state / ".pulumi" / "locks" / "organization" / "messaging-app" / "local"
    folder.mkdir(parents=True)
    (folder / "cut-off.json").write_text('{"pid": 1')

    assert workspace.stale_locks() == [folder / "cut-off.json"]
