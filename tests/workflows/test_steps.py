"""The scripts in the workflows, run with programs that stand in for `gh`, `make` and `pulumi`."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service_config.registry import ecr_repository
from settings.operations import OperationsSettings
from tests.service_config.tools import required
from tests.workflows.files import workflow

DRIFTED = "error: no changes were expected but changes were proposed"

# Answers as the files beside it say, and notes how it was called.
GH = """#!/bin/sh
echo "$*" >> "$RUNNER_TEMP/calls"
while [ $# -gt 0 ]; do
  case "$1" in
    --jq) filter="$2" ;;
    --body-file) cp "$2" "$RUNNER_TEMP/body" ;;
    body=@*) cp "${1#body=@}" "$RUNNER_TEMP/body" ;;
  esac
  shift
done
[ -z "${filter-}" ] || jq -r "$filter" "$RUNNER_TEMP/answer"
"""


@dataclass(frozen=True, kw_only=True)
class Runner:
    """A machine of GitHub's, as far as the scripts see it."""

    folder: Path

    def program(self, name: str, text: str) -> None:
        path = self.folder / "bin" / name
        path.write_text(text)
        path.chmod(0o755)

    def answer(self, content: object) -> None:
        """What `gh` gets from GitHub."""
        (self.folder / "answer").write_text(json.dumps(content))

    def run(self, file: str, step: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run one step as GitHub does, with the shell that the workflow sets."""
        script = workflow(file).step(step)["run"]
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.folder,
            env={
                "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
                "RUNNER_TEMP": str(self.folder),
                "GITHUB_OUTPUT": str(self.folder / "outputs"),
                "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
                "GITHUB_REPOSITORY": "our/platform",
                "GITHUB_REPOSITORY_OWNER": "our",
                "STACK": "prod",
                **variables,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def read(self, name: str) -> str:
        path = self.folder / name
        return path.read_text() if path.exists() else ""


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    required("jq", "jq")
    (tmp_path / "bin").mkdir()
    made = Runner(folder=tmp_path)
    made.program("gh", GH)
    # Only ever asked where the toolchain is.
    made.program("python3", "#!/bin/sh\necho /toolchain\n")
    return made


def deployments(states: Sequence[str | None]) -> dict[str, Any]:
    """What GitHub tells of the deployments to an environment, the newest first."""
    nodes = [
        {"commitOid": f"commit-{number}", "latestStatus": state and {"state": state}}
        for number, state in enumerate(states)
    ]
    return {"data": {"repository": {"deployments": {"nodes": nodes}}}}


@pytest.mark.parametrize(
    ("states", "commit"),
    [
        (["SUCCESS", "INACTIVE"], "commit-0"),
        (["FAILURE", "WAITING", None, "SUCCESS"], "commit-3"),
        (["IN_PROGRESS", "SUCCESS"], ""),
        ([], ""),
    ],
)
def test_drift_is_measured_against_what_was_deployed_last(
    runner: Runner, states: list[str | None], commit: str
) -> None:
    runner.answer(deployments(states))

    done = runner.run("drift.yml", "Find what was deployed last", QUERY="query")

    assert done.returncode == 0, done.stderr
    assert runner.read("outputs") == f"commit={commit}\n"
    assert ("::notice::" in done.stdout) == (not commit)


@pytest.mark.parametrize(
    ("told", "code", "found"), [("200 unchanged", 0, "none"), (DRIFTED, 255, "drift")]
)
def test_what_the_engine_would_change_is_drift(
    runner: Runner, told: str, code: int, found: str
) -> None:
    runner.program("pulumi", f"#!/bin/sh\necho '{told}' >&2\nexit {code}\n")

    done = runner.run("drift.yml", "Compare the program with AWS")

    assert done.returncode == 0, done.stderr
    assert runner.read("outputs") == f"found={found}\n"
    assert told in runner.read("summary")


def test_an_engine_that_fails_has_found_no_drift(runner: Runner) -> None:
    runner.program("pulumi", "#!/bin/sh\necho 'error: no credentials'\nexit 255\n")

    done = runner.run("drift.yml", "Compare the program with AWS")

    assert done.returncode == 1
    assert "no credentials" in done.stdout
    assert runner.read("outputs") == ""


@pytest.mark.parametrize(
    ("open_issues", "found", "call"),
    [
        ([], "drift", "issue create"),
        ([7], "drift", "issue edit 7"),
        ([7], "none", "issue close 7"),
        ([], "none", None),
    ],
)
def test_drift_has_one_issue_a_stack(
    runner: Runner, open_issues: list[int], found: str, call: str | None
) -> None:
    title = "Drift: stack prod differs from its program"
    others = [{"number": 3, "title": f"{title}, or does it?"}]
    runner.answer([*others, *({"number": number, "title": title} for number in open_issues)])
    (runner.folder / "drift").write_text("~ maxSize: 13 => 12\n")

    step = "Report it in one issue a stack, closed when it is mended"
    done = runner.run("drift.yml", step, FOUND=found, RUN="the run")

    assert done.returncode == 0, done.stderr
    _, *made = runner.read("calls").splitlines()
    assert [each for each in made if not call or not each.startswith(call)] == []
    assert len(made) == (1 if call else 0)
    assert ("~ maxSize: 13 => 12" in runner.read("body")) == (found == "drift")


@pytest.mark.parametrize("code", [0, 2])
def test_a_preview_fails_with_its_plan_shown(runner: Runner, code: int) -> None:
    runner.program("make", f'#!/bin/sh\necho "plan of $*"\nexit {code}\n')

    previewed = runner.run("preview.yml", "Preview")
    handed_on = runner.run("preview.yml", "Hand on the plan")

    assert previewed.returncode == code
    assert handed_on.returncode == 0, handed_on.stderr
    first, *plan, last = runner.read("outputs").splitlines()
    assert first == f"prod<<{last}"
    assert plan[0] == "plan of preview STACK=prod"
    assert "plan of preview STACK=prod" in runner.read("summary")


def test_a_long_plan_is_cut_between_characters(runner: Runner) -> None:
    (runner.folder / "plan").write_text("±" * 40_000)

    done = runner.run("preview.yml", "Hand on the plan")

    assert done.returncode == 0, done.stderr
    assert runner.read("outputs").count("±") == 15_000
    assert runner.read("summary").count("±") == 40_000


def comment(login: str) -> dict[str, Any]:
    """A comment that GitHub tells of."""
    return {"id": 5, "user": {"login": login}, "body": "<!-- plans of the stacks -->\nWhat …"}


@pytest.mark.parametrize(
    ("login", "call"),
    [
        ("github-actions[bot]", "-X PATCH repos/our/platform/issues/comments/5"),
        ("somebody", "repos/our/platform/issues/12/comments"),
    ],
)
def test_the_plans_stand_in_one_comment(runner: Runner, login: str, call: str) -> None:
    runner.answer([comment(login)])

    done = runner.run(
        "preview.yml",
        "Write the plans into one comment, the same at every push",
        PULL_REQUEST="12",
        COMMIT="abc",
        STAGING="$(touch run) `touch run` + 1 to create",
        PROD="",
    )

    assert done.returncode == 0, done.stderr
    assert f"api --silent {call} " in runner.read("calls")
    body = runner.read("body")
    assert "$(touch run) `touch run` + 1 to create" in body
    assert "The preview gave no plan" in body
    assert not (runner.folder / "run").exists()


def test_the_outputs_are_shown_after_a_deployment(runner: Runner) -> None:
    runner.program("pulumi", '#!/bin/sh\necho \'{"called": "\'"$*"\'"}\'\n')

    done = runner.run("deploy-stack.yml", "Show the outputs", GITHUB_SHA="abc")

    assert done.returncode == 0, done.stderr
    assert '"stack output --json --stack prod"' in runner.read("summary")


IMAGE = {
    "REPOSITORY": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ops",
    "GITHUB_REF_NAME": "ops-1.4.0",
    "GITHUB_SHA": "abc",
}


@pytest.mark.parametrize("base", ["", "ubuntu:24.04"])
def test_an_image_is_not_built_on_a_base_without_its_digest(runner: Runner, base: str) -> None:
    runner.program("docker", '#!/bin/sh\necho "$*" >> "$RUNNER_TEMP/calls"\n')

    done = runner.run("release-ops.yml", "Build", BASE=base, **IMAGE)

    assert done.returncode == 1
    assert f'OPS_IMAGE_BASE is "{base}": name the base with its digest' in done.stdout
    assert runner.read("calls") == ""


def test_an_image_is_built_on_the_base_that_is_named(runner: Runner) -> None:
    runner.program("docker", '#!/bin/sh\necho "$*" >> "$RUNNER_TEMP/calls"\n')
    base = f"ubuntu:24.04@sha256:{'0' * 64}"

    done = runner.run("release-ops.yml", "Build", BASE=base, **IMAGE)

    assert done.returncode == 0, done.stderr
    [call] = runner.read("calls").splitlines()
    assert call == (
        f"build --pull --tag {IMAGE['REPOSITORY']}:1.4.0 --build-arg BASE={base} "
        "--build-arg VERSION=1.4.0 --build-arg REVISION=abc ."
    )


def test_an_image_is_pushed_and_named_with_its_digest(runner: Runner) -> None:
    runner.program("aws", "#!/bin/sh\necho token\n")
    runner.program(
        "docker",
        f"""#!/bin/sh
echo "$*" >> "$RUNNER_TEMP/calls"
case $1 in
login) cat > "$RUNNER_TEMP/token" ;;
image) echo "$REPOSITORY@sha256:{"1" * 64}" ;;
esac
""",
    )

    done = runner.run("release-ops.yml", "Push", **IMAGE)

    assert done.returncode == 0, done.stderr
    host, _, _ = IMAGE["REPOSITORY"].partition("/")
    login, push, _ = runner.read("calls").splitlines()
    assert login == f"login --username AWS --password-stdin {host}"
    assert runner.read("token") == "token\n"
    assert push == f"push --quiet {IMAGE['REPOSITORY']}:1.4.0"
    named = f"  image: {IMAGE['REPOSITORY']}:1.4.0@sha256:{'1' * 64}\n"
    assert named in runner.read("summary")
    image = named.strip().removeprefix("image: ")
    settings = OperationsSettings.model_validate(
        {"image": image, "instance_type": "m6i.xlarge", "alert_email": "team@example.com"}
    )
    assert ecr_repository(settings.image) is not None
