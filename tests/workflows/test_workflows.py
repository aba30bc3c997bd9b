"""Rules that every workflow keeps: what it runs is pinned, what it may do is little."""

import re
from typing import Any

import pytest

from tests.workflows.files import ACTIONS, GITHUB, WORKFLOWS, Workflow, workflow

ROOT = GITHUB.parent
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
LOCAL = re.compile(r"uses: (\./\.github/\S+)$")
LONGEST_MINUTES = 180

each_workflow = pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
each_file = pytest.mark.parametrize("file", [*WORKFLOWS, *ACTIONS], ids=lambda file: file.name)


def jobs_with_steps(file: Workflow) -> dict[str, dict[str, Any]]:
    """Jobs of the file's own, as opposed to calls of another workflow."""
    return {name: job for name, job in file.jobs.items() if "steps" in job}


def test_there_are_workflows() -> None:
    assert {file.path.name for file in WORKFLOWS} == {
        "check.yml",
        "deploy-stack.yml",
        "deploy.yml",
        "drift.yml",
        "preview.yml",
        "release-ops.yml",
    }
    assert [file.name for file in ACTIONS] == ["actions/toolchain/action.yml"]


@each_file
def test_every_action_is_pinned_by_commit_or_is_of_this_repository(file: Workflow) -> None:
    for line in file.text.splitlines():
        if "uses:" not in line:
            continue
        local = LOCAL.search(line)
        assert local or PINNED.search(line), line
        assert not local or (ROOT / local[1]).exists(), line


def test_one_action_has_one_commit() -> None:
    used = {
        line.partition("uses: ")[2] for file in (*WORKFLOWS, *ACTIONS) for line in _uses(file.text)
    }
    assert len({each.partition("@")[0] for each in used}) == len(used)


def _uses(text: str) -> list[str]:
    return [line for line in text.splitlines() if "@" in line and "uses: " in line]


@each_workflow
def test_a_workflow_may_do_nothing_that_a_job_does_not_ask_for(file: Workflow) -> None:
    assert file.content["permissions"] == {}
    for name, job in file.jobs.items():
        assert job["permissions"], name


def test_only_these_jobs_may_write() -> None:
    writing = {
        (file.path.name, name): {
            key for key, value in job["permissions"].items() if value == "write"
        }
        for file in WORKFLOWS
        for name, job in file.jobs.items()
    }
    assert {place: rights for place, rights in writing.items() if rights} == {
        ("deploy-stack.yml", "up"): {"id-token"},
        ("deploy.yml", "staging"): {"id-token"},
        ("deploy.yml", "prod"): {"id-token"},
        ("drift.yml", "look"): {"id-token", "issues"},
        ("preview.yml", "preview"): {"id-token"},
        ("preview.yml", "comment"): {"pull-requests"},
        ("release-ops.yml", "image"): {"id-token"},
    }


@each_workflow
def test_a_pull_request_never_runs_with_the_rights_of_the_base(file: Workflow) -> None:
    assert not {"pull_request_target", "workflow_run"} & file.triggers.keys()


def test_a_fork_meets_no_role() -> None:
    condition = workflow("preview.yml").jobs["preview"]["if"]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in condition


@each_workflow
def test_every_job_ends_in_time(file: Workflow) -> None:
    for name, job in jobs_with_steps(file).items():
        assert 0 < job["timeout-minutes"] <= LONGEST_MINUTES, name


@each_workflow
def test_a_checkout_leaves_no_token_behind(file: Workflow) -> None:
    for step in file.steps:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@each_file
def test_no_script_is_put_together_from_what_others_wrote(file: Workflow) -> None:
    for step in file.steps:
        assert "${{" not in step.get("run", "")


@each_file
def test_no_secret_is_kept_in_the_repository(file: Workflow) -> None:
    assert "secrets." not in file.text
    assert "secrets:" not in file.text


@each_workflow
def test_a_pipe_fails_with_any_of_its_programs(file: Workflow) -> None:
    if any("run" in step for step in file.steps):
        assert file.content["defaults"]["run"]["shell"] == "bash"


@each_file
def test_every_stack_and_make_target_exists(file: Workflow) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for step in file.steps:
        assert set(re.findall(r"\bmake ([a-z]+)", step.get("run", ""))) <= targets
    for stack in re.findall(r"\bstack: ([a-z]+)$", file.text, re.MULTILINE):
        assert (ROOT / f"Pulumi.{stack}.yaml").exists()


def test_a_deployment_is_approved_by_its_environment_and_never_cut_off() -> None:
    up = workflow("deploy-stack.yml").jobs["up"]
    assert up["environment"] == "${{ inputs.stack }}"
    assert up["concurrency"] == {"group": "stack-${{ inputs.stack }}", "cancel-in-progress": False}


def test_prod_comes_after_staging_and_both_after_the_checks() -> None:
    jobs = workflow("deploy.yml").jobs
    assert jobs["staging"]["needs"] == "check"
    assert jobs["prod"]["needs"] == ["check", "staging"]
    for stack in ("staging", "prod"):
        assert jobs[stack]["with"] == {"stack": stack}
        assert "github.ref == 'refs/heads/main'" in jobs[stack]["if"]


def test_an_image_is_released_for_a_version_that_was_checked() -> None:
    release = workflow("release-ops.yml")
    assert release.triggers == {"push": {"tags": ["ops-[0-9]+.[0-9]+.[0-9]+"]}}
    assert release.jobs["image"]["needs"] == "check"
