"""What `make` does with a stack that is meant for a real account, and with slips of the pen."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from toolchain.pulumi_cli import VERSION
from toolchain.python_env import PROJECT

FAILED = 2
"""What make returns, whatever its recipe did."""

# Tells its version when it is asked; else records what it was called with and what it was given.
PULUMI = f"""#!/bin/sh
[ "$1" = version ] && echo v{VERSION} && exit
echo "$*" > "$CALLS/arguments"
env > "$CALLS/environment"
"""


@dataclass(frozen=True, kw_only=True)
class Shell:
    """A user's shell in the project, with a `pulumi` that only records its calls."""

    project: Path
    calls: Path
    environment: Mapping[str, str]

    def make(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", *arguments, f"PYTHON={sys.executable}"],
            cwd=self.project,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def arguments(self) -> str | None:
        """What `pulumi` was called with, if it was."""
        file = self.calls / "arguments"
        return file.read_text().strip() if file.exists() else None

    @property
    def given(self) -> dict[str, str]:
        """The variables that `pulumi` was called with."""
        lines = (self.calls / "environment").read_text().splitlines()
        return {name: value for name, _, value in (line.partition("=") for line in lines)}


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The line that says what is wrong; make's own about the recipe follows it."""
    return done.stderr.splitlines()[0]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A clone in a path with a space, whose tools are set up; nothing in it points anywhere."""
    project, programs, calls = (tmp_path / name for name in ("the project", "programs", "calls"))
    for folder in (project, programs, calls):
        folder.mkdir()
    for name in ("Makefile", "Pulumi.local.yaml", "Pulumi.prod.yaml", "settings", ".venv"):
        (project / name).symlink_to(PROJECT / name)
    # Not the set-up of this clone's `.venv`, which takes seconds and has its own tests.
    toolchain = project / "toolchain"
    toolchain.mkdir()
    (toolchain / "__main__.py").write_text(
        f"import sys\nif sys.argv[1:]: print({str(programs)!r})\n"
    )
    pulumi = programs / "pulumi"
    pulumi.write_text(PULUMI)
    pulumi.chmod(0o755)
    kept = ("PATH", "HOME", "LANG")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    return Shell(project=project, calls=calls, environment={**environment, "CALLS": str(calls)})


@pytest.mark.parametrize("target", ["up", "preview", "down"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PULUMI_DEBUG_PROVIDERS", "aws:1234"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1234"),
        ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1234"),
        ("AWS_ACCESS_KEY_ID", "offline"),
        ("PULUMI_BACKEND_URL", "file:///home/me/project/.offline/local/state"),
    ],
)
def test_a_shell_that_points_at_emulated_aws_is_refused(
    shell: Shell, target: str, name: str, value: str
) -> None:
    done = shell.make(target, "STACK=prod", **{name: value})

    assert done.returncode == FAILED
    assert complaint(done) == (
        f"This shell points at emulated AWS (it sets {name}), and stack prod is for a real "
        "account. Use a new shell, or add OFFLINE=1."
    )
    assert shell.arguments is None


@pytest.mark.parametrize(
    ("target", "called"),
    [
        ("up", "up --stack prod --policy-pack policies"),
        ("up YES=1", "up --stack prod --policy-pack policies --yes"),
        ("down YES=1", "destroy --stack prod"),
        ("preview", "preview --stack prod --policy-pack policies"),
        ("down", "destroy --stack prod"),
    ],
)
def test_a_real_stack_runs_on_the_engine_with_the_users_own_account(
    shell: Shell, target: str, called: str
) -> None:
    own = {"AWS_ACCESS_KEY_ID": "AKIA", "PULUMI_BACKEND_URL": "s3://own"}
    done = shell.make(*target.split(), "STACK=prod", **own)

    assert (done.returncode, done.stderr) == (0, "")
    assert shell.arguments == called
    assert shell.given["PATH"].startswith(f"{shell.project}/.venv/bin:")
    given = shell.given.items()
    assert {name: value for name, value in given if name.startswith(("AWS", "PULUMI"))} == own


def test_a_yes_that_is_left_over_in_the_shell_does_not_count(shell: Shell) -> None:
    done = shell.make("up", "STACK=prod", YES="1")

    assert (done.returncode, done.stderr) == (0, "")
    assert shell.arguments == "up --stack prod --policy-pack policies"


def test_settings_are_checked_before_the_engine_runs(shell: Shell) -> None:
    (shell.project / "Pulumi.faulty.yaml").write_text("config: {}\n")

    done = shell.make("up", "STACK=faulty")

    assert done.returncode == FAILED
    assert "Pulumi.faulty.yaml" in complaint(done)
    assert shell.arguments is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["STACK=nosuch"], "There is no Pulumi.nosuch.yaml. The stacks are: local prod."),
        (
            ["STACK=nosuch", "OFFLINE=1"],
            "There is no Pulumi.nosuch.yaml. The stacks are: local prod.",
        ),
        (["STACK="], 'STACK is "": name one stack, such as local.'),
        (["STACK=local prod"], 'STACK is "local prod": name one stack, such as local.'),
        (
            ["STACK=prod", "OFFLINE=true"],
            'OFFLINE is "true": set it to 1 to rehearse a stack without an account, or leave it '
            "out.",
        ),
        (
            ["STACK=prod", "YES=no"],
            'YES is "no": set it to 1 to bring a stack up unasked, or leave it out.',
        ),
    ],
)
@pytest.mark.parametrize("target", ["up", "preview", "down"])
def test_a_slip_is_a_sentence_and_runs_nothing(
    shell: Shell, target: str, arguments: list[str], sentence: str
) -> None:
    done = shell.make(target, *arguments)

    assert done.returncode == FAILED
    assert f"*** {sentence}  Stop." in done.stderr
    assert (done.stdout, shell.arguments) == ("", None)


def test_other_targets_do_not_mind_what_the_stack_is(shell: Shell) -> None:
    assert shell.make("help", STACK="something of another project").returncode == 0


def test_a_missing_engine_ends_the_command_before_anything_runs(shell: Shell) -> None:
    absent = "import sys\nif sys.argv[1:]: sys.exit('There is no Pulumi CLI yet.')\n"
    (shell.project / "toolchain" / "__main__.py").write_text(absent)

    done = shell.make("up", "STACK=prod")

    assert done.returncode == FAILED
    assert complaint(done) == "There is no Pulumi CLI yet."
    assert len(done.stderr.splitlines()) == len(["the complaint", "make's own line"])
