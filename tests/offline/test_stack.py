"""What the commands do around the engine; with it they are tested in tests/integration."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from offline import emulator, stack
from offline.emulator import Emulator
from offline.errors import OfflineError
from offline.stack import Session
from offline.workspace import Workspace

RUNNING = Emulator(pid=1, endpoint="http://127.0.0.1:3", providers={"aws": 4})


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO(), width=40)


@pytest.fixture
def prod(tmp_path: Path, console: Console) -> Iterator[Session]:
    """A stack whose settings protect it."""
    workspace = Workspace("prod", base=tmp_path)
    yield Session(workspace, console)
    emulator.stop(workspace)


STATE = '{"checkpoint": {"latest": {"resources": [{}, {}]}}}'


def pretend_up(workspace: Workspace) -> None:
    workspace.checkpoint.parent.mkdir(parents=True)
    workspace.checkpoint.write_text(STATE)


def test_a_fault_in_the_settings_is_a_sentence(tmp_path: Path, console: Console) -> None:
    session = Session(Workspace("moon", base=tmp_path), console)
    with pytest.raises(OfflineError, match="the file cannot be read: No such file or directory"):
        session.settings()


def test_progress_is_one_line_however_narrow_the_terminal(prod: Session) -> None:
    prod.say("a line of more than forty characters, with a [tag] in it")
    assert isinstance(prod.console.file, StringIO)
    assert prod.console.file.getvalue() == (
        "→ a line of more than forty characters, with a [tag] in it\n"
    )


def test_official_plugins_may_be_downloaded_and_meet_no_stand_in(prod: Session) -> None:
    official = Session(prod.workspace, prod.console, stand_ins=False)

    environment = official.environment(RUNNING, "eu-central-1")

    assert "PULUMI_DEBUG_PROVIDERS" not in environment
    assert "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" not in environment
    assert environment["AWS_ENDPOINT_URL"] == RUNNING.endpoint


def test_down_of_a_stack_that_was_not_up_does_nothing(prod: Session) -> None:
    assert stack.down(prod) == "Stack prod was not up: nothing to destroy."


def test_down_without_the_emulator_forgets_the_state(prod: Session) -> None:
    pretend_up(prod.workspace)

    said = stack.down(prod)

    assert said == "The emulator of stack prod had ended, and all it held with it."
    assert not prod.workspace.folder.exists()


def test_down_of_a_protected_stack_discards_the_emulated_account(prod: Session) -> None:
    pretend_up(prod.workspace)
    emulator.start(prod.workspace)

    said = stack.down(prod)

    assert said == (
        "Discarded the emulated account with all it held, deletion protection included."
    )
    assert emulator.find(prod.workspace) is None
    assert not prod.workspace.folder.exists()


def test_down_discards_a_state_that_cannot_be_read(prod: Session) -> None:
    pretend_up(prod.workspace)
    prod.workspace.checkpoint.write_text(STATE[:20])

    said = stack.down(prod)

    assert said == "Discarded the emulated account, whose state could not be read."
    assert not prod.workspace.folder.exists()


def test_down_takes_away_the_variables_that_led_to_the_stack_and_no_others(prod: Session) -> None:
    env = prod.workspace.base / "env"
    for owner, stays in (("local", True), ("prod", False)):
        pretend_up(prod.workspace)
        env.write_text(f"PULUMI_STACK={owner}\n")

        stack.down(prod)

        assert env.exists() == stays
