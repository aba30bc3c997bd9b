"""Starting, finding and stopping the process behind an offline stack."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from offline import emulator
from offline.emulator import Emulator
from offline.errors import OfflineError
from offline.workspace import Workspace

STUBBORN = """
import http.server, json, os, pathlib, signal, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

signal.signal(signal.SIGTERM, signal.SIG_IGN)
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
endpoint = f"http://127.0.0.1:{server.server_port}"
announced = {"pid": os.getpid(), "endpoint": endpoint, "providers": {}}
pathlib.Path(sys.argv[1]).write_text(json.dumps(announced))
server.serve_forever()
"""
"""Answers as an emulator does, and does not end when it is asked to."""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace("local", base=tmp_path)
    made.folder.mkdir()
    yield made
    emulator.stop(made)


def announce(workspace: Workspace, pid: int, endpoint: str) -> None:
    announced = Emulator(pid=pid, endpoint=endpoint, providers={})
    workspace.announcement.write_text(json.dumps(asdict(announced)))


def has_ended(pid: int) -> bool:
    """Whether a process that this one started has ended, by a signal or of itself."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def test_a_started_emulator_is_found_until_it_is_stopped(workspace: Workspace) -> None:
    assert emulator.find(workspace) is None

    started = emulator.start(workspace)

    assert emulator.find(workspace) == started
    assert started.providers.keys() == {"aws", "random"}
    emulator.stop(workspace)
    assert emulator.find(workspace) is None
    assert has_ended(started.pid)
    assert not workspace.announcement.exists()


def test_stopping_twice_does_no_harm(workspace: Workspace) -> None:
    emulator.stop(workspace)
    emulator.stop(workspace)


def test_an_announcement_that_was_never_finished_is_no_emulator(workspace: Workspace) -> None:
    workspace.announcement.write_text('{"pid": 1,')
    assert emulator.find(workspace) is None


def test_a_process_that_is_somebody_elses_is_no_emulator(workspace: Workspace) -> None:
    # After a restart of the machine the number may be that of somebody else's process.
    announce(workspace, os.getpid(), "http://127.0.0.1:9")
    workspace.lifeline.write_text(str(os.getpid()))

    assert emulator.find(workspace) is None
    emulator.stop(workspace)  # It would end this very process.


def test_an_emulator_that_does_not_end_is_killed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emulator, "STOP_LIMIT", 0.2)
    monkeypatch.setattr(emulator, "HOST", ("-c", STUBBORN))
    started = emulator.start(workspace)

    emulator.stop(workspace)

    assert has_ended(started.pid)


def test_a_new_emulator_takes_the_place_of_one_that_answers_no_more(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emulator, "STOP_LIMIT", 0.2)
    monkeypatch.setattr(emulator, "HOST", ("-c", STUBBORN))
    first = emulator.start(workspace)
    announce(workspace, first.pid, "http://127.0.0.1:9")
    assert emulator.find(workspace) is None

    second = emulator.start(workspace)

    assert has_ended(first.pid)
    assert emulator.find(workspace) == second
    emulator.stop(workspace)  # Here, where it need not be asked for long.


def test_an_interrupted_start_leaves_no_process(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(emulator.time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        emulator.start(workspace)

    assert has_ended(int(workspace.lifeline.read_text()))


def test_an_emulator_ends_when_its_folder_is_deleted(workspace: Workspace) -> None:
    started = emulator.start(workspace)

    shutil.rmtree(workspace.folder)

    os.waitpid(started.pid, 0)
    workspace.folder.mkdir()


def test_one_that_does_not_start_tells_its_last_words_and_where_the_rest_is(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho reading\necho no space left >&2\nexit 1\n")
    broken.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(broken))

    with pytest.raises(OfflineError) as caught:
        emulator.start(workspace)

    assert str(caught.value) == (
        f"The emulator did not start (no space left). Its log: {workspace.log}"
    )


@pytest.mark.parametrize(
    ("stand_ins", "told"), [(True, {"PULUMI_DEBUG_PROVIDERS": "aws:1,random:2"}), (False, {})]
)
def test_the_engine_is_led_to_the_stand_ins_only_when_asked(
    stand_ins: bool, told: dict[str, str]
) -> None:
    running = Emulator(pid=1, endpoint="http://127.0.0.1:3", providers={"random": 2, "aws": 1})

    environment = running.environment("eu-north-1", stand_ins=stand_ins)

    assert environment == {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:3",
        "AWS_ACCESS_KEY_ID": "offline",
        "AWS_SECRET_ACCESS_KEY": "offline",
        "AWS_REGION": "eu-north-1",
        "AWS_DEFAULT_REGION": "eu-north-1",
        **told,
    }
