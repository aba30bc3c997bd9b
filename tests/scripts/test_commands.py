"""The commands as a person or a timer runs them."""

import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.exit_codes import ExitCode
from tests.services.object_store import CREDENTIALS, REGION, ObjectStore
from tests.services.postgresql import PASSWORD, Server

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Ops:
    """Runs commands with the settings of a test."""

    environment: dict[str, str]

    def run(self, *arguments: str, **changed: str) -> "subprocess.CompletedProcess[str]":
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "scripts", *arguments],
            env={**self.environment, **changed},
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert PASSWORD not in ran.stdout + ran.stderr
        assert "Traceback" not in ran.stderr
        return ran

    def result(self, *arguments: str) -> Any:
        ran = self.run(*arguments, "--json")
        assert ran.returncode == ExitCode.OK, ran.stderr
        return json.loads(ran.stdout)


PLACES = {
    "": ExitCode.USAGE,
    "ü" * 32: ExitCode.USAGE,
    "postgres": ExitCode.REFUSED,
    "template1": ExitCode.REFUSED,
}
"""Where no backup is restored to, and how that is refused."""


@pytest.fixture
def ops(server: Server, running_store: ObjectStore, tmp_path: Path) -> Generator[Ops]:
    bucket = f"ops-{secrets.token_hex(4)}"
    running_store.create(bucket)
    server.create("live")
    server.run("CREATE TABLE t AS SELECT generate_series(1, 5) AS n", "live")
    yield Ops(
        environment={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            **CREDENTIALS,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": running_store.endpoint,
            "DATABASE_URL": server.url("live"),
            "BACKUP_BUCKET": bucket,
            "METRICS_DIRECTORY": str(tmp_path / "metrics"),
            "STATE_DIRECTORY": str(tmp_path / "state"),
        }
    )
    running_store.empty(bucket)


def test_the_guides_own_words_back_up_verify_and_restore(
    ops: Ops, server: Server, tmp_path: Path
) -> None:
    made = ops.result("backup")
    verified = ops.result("verify", "latest")
    listed = ops.result("backups")
    server.run("DELETE FROM t", "live")
    restored = ops.result("restore", "latest", "--replace", "--confirm", "live")

    assert made["rows"] == 5
    assert (verified["id"], verified["ok"], verified["findings"]) == (made["id"], True, [])
    assert [row["id"] for row in listed] == [made["id"]]
    assert listed[0]["verified"].startswith("yes, ")
    assert server.rows("SELECT count(*) FROM t", "live") == [(5,)]
    assert server.rows("SELECT count(*) FROM t", restored["old_database_kept_as"]) == [(0,)]
    metrics = {path.name: path.read_text() for path in (tmp_path / "metrics").iterdir()}
    assert re.search(r"^messaging_backup_rows 5$", metrics["ops_backup.prom"], re.MULTILINE)
    assert "messaging_backup_verified_ok 1\n" in metrics["ops_verify.prom"]


def test_metrics_that_cannot_be_written_cost_no_result(ops: Ops, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    directory = f"{tmp_path}/file/metrics"

    made = ops.run("backup", "--json", METRICS_DIRECTORY=directory)
    tried = ops.run("verify", "--json", METRICS_DIRECTORY=directory)

    for procedure, ran in (("backup", made), ("verify", tried)):
        assert ran.returncode == ExitCode.OK, ran.stderr
        wanted = (
            f"! The metrics of {procedure} could not be written to {directory}: Not a directory."
        )
        assert wanted in ran.stderr
    assert json.loads(tried.stdout)["id"] == json.loads(made.stdout)["id"]


def test_a_restore_into_another_database_leaves_the_live_one_alone(
    ops: Ops, server: Server
) -> None:
    ops.result("backup")
    server.run("DELETE FROM t", "live")

    restored = ops.result("restore", "latest", "--into", "yesterday")

    assert restored["database"] == "yesterday"
    assert server.rows("SELECT count(*) FROM t", "yesterday") == [(5,)]
    assert server.rows("SELECT count(*) FROM t", "live") == [(0,)]


def test_a_database_that_the_server_needs_or_cannot_have_is_no_place_for_a_restore(
    ops: Ops, server: Server
) -> None:
    ops.result("backup")

    refused = {name: ops.run("restore", "latest", "--into", name) for name in PLACES}

    assert {name: ran.returncode for name, ran in refused.items()} == PLACES
    assert "template1 cannot be replaced" in " ".join(refused["template1"].stderr.split())
    assert "is no name for a database: it needs 1 to 63 bytes" in refused[""].stderr
    assert server.databases() == ["live"]


def test_a_restore_over_a_database_that_is_not_empty_says_what_it_takes(ops: Ops) -> None:
    ops.result("backup")

    refused = ops.run("restore", "latest")
    unconfirmed = ops.run("restore", "latest", "--replace")

    assert refused.returncode == unconfirmed.returncode == ExitCode.REFUSED
    assert "Database live is not empty; nothing was touched." in refused.stderr
    assert "was not confirmed with its name" in unconfirmed.stderr
    assert "of database live of local: 5 rows of 1 tables" in " ".join(unconfirmed.stderr.split())


def test_databases_that_were_kept_are_dropped_when_that_is_said(ops: Ops, server: Server) -> None:
    ops.result("backup")
    ops.result("restore", "latest", "--replace", "--confirm", "live")

    refused = ops.run("restore", "--drop-old")
    assert refused.returncode == ExitCode.REFUSED
    assert len(server.databases()) == 2

    removed = ops.result("restore", "--drop-old", "--confirm", "live")
    assert len(removed) == 1
    assert server.databases() == ["live"]


@pytest.mark.parametrize(
    ("arguments", "changed", "code", "message"),
    [
        (["restore", "latest"], {}, ExitCode.NOT_FOUND, "no finished backup of database live of "),
        (["restore"], {}, ExitCode.USAGE, "Name a backup: an id, latest, or --at TIME."),
        (["restore", "--at", "noon"], {}, ExitCode.USAGE, "--at 'noon' is no time"),
        (
            ["restore", "20260101T000000Z-000000", "--at", "2026-01-01"],
            {},
            ExitCode.USAGE,
            "20260101T000000Z-000000 names one backup and --at 2026-01-01 another",
        ),
        (["verify"], {}, ExitCode.NOT_FOUND, "no finished backup of database live of "),
        (["backup"], {"BACKUP_BUCKET": "no-such"}, ExitCode.NOT_FOUND, "bucket does not exist"),
        (["backup"], {"BACKUP_KEY_FILE": "/no"}, ExitCode.MISCONFIGURED, "BACKUP_KEY_FILE cannot"),
        (["backup"], {"DATABASE_URL": "db"}, ExitCode.MISCONFIGURED, "DATABASE_URL is no URL"),
        (["media-backup"], {}, ExitCode.MISCONFIGURED, "MEDIA_BUCKET is not set"),
        (
            ["backup"],
            {"DATABASE_URL": "postgresql://u:p@127.0.0.1:1/live"},
            ExitCode.UNREACHABLE,
            "PostgreSQL: connection failed",
        ),
        (
            ["backups"],
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
            ExitCode.UNREACHABLE,
            "AWS does not answer",
        ),
    ],
)
def test_what_is_wrong_is_a_sentence_and_an_exit_code(
    ops: Ops, arguments: list[str], changed: dict[str, str], code: ExitCode, message: str
) -> None:
    ran = ops.run(*arguments, **changed)
    assert (ran.returncode, ran.stdout) == (code, "")
    assert message in " ".join(ran.stderr.split())


def test_media_are_copied_compared_and_restored(ops: Ops, server: Server, tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "a.jpg").write_bytes(b"picture")
    server.run("CREATE TABLE media AS SELECT unnest('{a.jpg,b.jpg}'::text[]) AS path", "live")

    compared = ops.run(
        "media-backup", "--from", str(tmp_path / "media"), "--json", MEDIA_TABLE="media"
    )
    ops.result("media-restore", "--to", str(tmp_path / "back"))

    assert compared.returncode == ExitCode.DAMAGED
    assert json.loads(compared.stdout)["missing"] == 1
    assert "1 of 2 files that media.path names are not in" in compared.stderr
    assert (tmp_path / "back" / "a.jpg").read_bytes() == b"picture"
