"""`ops failover --rejoin`: the old primary comes back as the standby of the new one."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from psycopg.conninfo import make_conninfo

from scripts import locks, postgresql
from scripts.failover import divergence, observation, pointing
from scripts.failover.divergence import RejoinPlan, RejoinRequest
from scripts.failover.waiting import until
from scripts.faults import OpsError
from scripts.postgresql import Session

FOLLOW_SECONDS = 120
"""Until the standby follows its new primary."""

_FENCE_LINES = re.compile(
    r"(?m)^(default_transaction_read_only|synchronous_standby_names|primary_slot_name) *=.*\n"
)


def rejoin(request: RejoinRequest, tell: Callable[[str], None]) -> Path | None:
    """Make the old primary a standby.

    Returns:
        The folder with the log that the new primary does not have; None when there is none.

    Raises:
        OpsError: it cannot be done this way; says how to build it anew.
    """
    with (
        locks.file_lock(request.log.parent, "failover"),
        observation.session(request.primary) as primary,
        locks.database_lock(primary, "failover"),
    ):
        made = divergence.make(request)
        if made.refusal:
            raise made.refusal
        if made.running:
            tell(f"Stopping the server in {request.data} …")
            _program(request, made, "pg_ctl", "stop", "-D", str(request.data), "-w", "-m", "fast")
            # A server that runs on may have written since, and writes when it stops.
            made = divergence.make(request)
            if made.refusal:
                raise made.refusal
        _keep_log(primary, request.slot)
        kept = None if made.diverged_bytes == 0 else _set_aside(request.data)
        if not made.rewound:
            # Rewinding reads the new timeline from the last checkpoint.
            primary.execute("CHECKPOINT")
            tell(f"Rewinding {request.data} to {made.primary} …")
            _rewind(request, made)
        _configure(request)
        tell("Starting it as a standby …")
        _start(request, made)
        if not until(lambda: _follows(primary, request.slot), FOLLOW_SECONDS):
            raise OpsError(
                f"The server in {request.data} was started, but does not follow {made.primary}: "
                "its log says why."
            )
        _wait_for_standbys_again(primary)
    if request.address and request.env_file:
        new = request.address
        pointing.rewrite(
            request.env_file, lambda text: pointing.pointed(text, new, new, replica=True)
        )
    return kept


def _keep_log(primary: Session, slot: str) -> None:
    known = primary.execute(
        "SELECT 1 FROM pg_replication_slots WHERE slot_name = %s", [slot]
    ).fetchone()
    if known is None:
        primary.execute("SELECT pg_create_physical_replication_slot(%s, true)", [slot])


def _set_aside(data: Path) -> Path:
    """Copy the old primary's log: it has commits that nobody else has, and rewinding drops them."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    kept = data.with_name(f"{data.name}.diverged-{stamp}")
    shutil.copytree(data / "pg_wal", kept, ignore=shutil.ignore_patterns("archive_status"))
    kept.chmod(0o700)
    return kept


def _rewind(request: RejoinRequest, made: RejoinPlan) -> None:
    source = {name: value for name, value in request.primary.items() if name != "password"}
    arguments = [
        f"--target-pgdata={request.data}",
        f"--source-server={make_conninfo('', **source)}",
    ]
    _program(request, made, "pg_rewind", *arguments, "--write-recovery-conf")


def _configure(request: RejoinRequest) -> None:
    """Leave out what fenced it, and name its slot."""

    def changed(text: str) -> str:
        return f"{_FENCE_LINES.sub('', text)}primary_slot_name = '{request.slot}'\n"

    pointing.rewrite(request.data / "postgresql.auto.conf", changed)


def _start(request: RejoinRequest, made: RejoinPlan) -> None:
    if request.start_command is None:
        log = str(request.data / "startup.log")
        _program(request, made, "pg_ctl", "start", "-D", str(request.data), "-W", "-l", log)
        return
    command = ["/bin/sh", "-c", request.start_command]
    ran = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    if ran.returncode:
        raise OpsError(
            f"The data are ready, but `{request.start_command}` ended with {ran.returncode}: start "
            "the server by hand; it follows by itself."
        )


def _follows(primary: Session, slot: str) -> bool:
    row = primary.execute(
        "SELECT active FROM pg_replication_slots WHERE slot_name = %s", [slot]
    ).fetchone()
    return bool(row and row[0])


def _wait_for_standbys_again(primary: Session) -> None:
    """Take back what a failover did to let commits succeed without a standby."""
    row = primary.execute(
        "SELECT 1 FROM pg_file_settings WHERE name = 'synchronous_standby_names' AND setting = '' "
        "AND sourcefile LIKE '%postgresql.auto.conf'"
    ).fetchone()
    if row:
        primary.execute("ALTER SYSTEM RESET synchronous_standby_names")
        primary.execute("SELECT pg_reload_conf()")


def _program(request: RejoinRequest, made: RejoinPlan, name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs as the user who owns the data."""
    command = [postgresql.program(name, made.major), *arguments]
    # A container's user mostly has no name on this machine.
    owner = request.data.stat()
    if owner.st_uid != os.geteuid():
        identity = [f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
        command = ["setpriv", *identity, *command]
    keeps_the_pipe = name == "pg_ctl"
    ran = subprocess.run(
        command,
        check=False,
        cwd="/",
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if keeps_the_pipe else subprocess.PIPE,
        env=postgresql.environment(request.primary),
    )
    if ran.returncode:
        said = " ".join((ran.stderr or "its log says why").split()).rstrip(".")
        raise OpsError(
            f"{name} failed: {said}. When that cannot be mended, build it anew, with the server "
            f"stopped and as the user who owns the data: {divergence.rebuild(request)}"
        )
