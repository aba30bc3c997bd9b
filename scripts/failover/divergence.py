"""Where the data of an old primary and the new primary part, and whether they can be joined."""

import os
import re
import shlex
import subprocess
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from scripts import leftovers, postgresql
from scripts.exit_codes import ExitCode
from scripts.failover import observation
from scripts.failover.loss import end_of_log
from scripts.failover.pointing import Address
from scripts.faults import OpsError
from scripts.postgresql import Session

_TIMELINE = "Latest checkpoint's TimeLineID"
_FORK = re.compile(r"^(\d+)\t([0-9A-F]+)/([0-9A-F]+)\t", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class RejoinRequest:
    """An old primary that comes back.

    Args:
        data: its data directory, on this machine.
        primary: connection parameters of the new primary, with a superuser's role.
        log: journal of failovers; the lock of this machine lies beside it.
        slot: replication slot on the new primary that keeps what the standby still needs.
        start_command: line of the shell that starts the server; pg_ctl where there is none.
        address: where clients reach it; written to DATABASE_REPLICA_URL.
        env_file: holds DATABASE_REPLICA_URL.
    """

    data: Path
    primary: dict[str, str] = field(repr=False)
    log: Path
    slot: str = "rejoined"
    start_command: str | None = None
    address: Address | None = None
    env_file: Path | None = None


@dataclass(frozen=True, kw_only=True)
class RejoinPlan:
    """What was found.

    Args:
        running: the old primary runs, and is stopped first.
        rewound: a run that was cut off has made a standby of the data, and has not started it.
        fork: where the two histories part, in bytes of write-ahead log.
        diverged_bytes: what the old primary has written behind that; None when nobody can tell.
        refusal: why it cannot come back this way.
    """

    primary: str
    data: Path
    major: int
    running: bool
    rewound: bool
    fork: int
    diverged_bytes: int | None
    refusal: OpsError | None = None


def make(request: RejoinRequest) -> RejoinPlan:
    """Compare the old primary's data with the new primary. Nothing is touched.

    Raises:
        OpsError: there is no such data, or no such primary.
    """
    control = _control(request.data)
    with closing(observation.session(request.primary)) as session:
        seen = observation.state(session, observation.address(request.primary))
        _check(seen, control, request)
        rewound = _signal(request.data).exists()
        timeline = int(control[_TIMELINE])
        fork = 0 if rewound else _fork(session, timeline, seen.timeline or 0)
    major = int((request.data / "PG_VERSION").read_text())
    end = end_of_log(request.data, fork) if fork else 0
    diverged = None if end is None else max(end - fork, 0)
    return RejoinPlan(
        primary=seen.address,
        data=request.data,
        major=major,
        running=_process(request.data) is not None,
        rewound=rewound,
        fork=fork,
        diverged_bytes=diverged,
        refusal=_impossible(control, diverged, request),
    )


def steps(made: RejoinPlan, request: RejoinRequest) -> list[str]:
    """Return what `rejoin` would do, one sentence a step."""
    found = [f"Stop the server in {made.data}."] if made.running else []
    if made.diverged_bytes != 0:
        size = (
            "an unknown size" if made.diverged_bytes is None else f"{made.diverged_bytes:,} bytes"
        )
        found.append(
            f"Set aside the log that {made.primary} does not have ({size}) and rewind the data to "
            "where the two part."
        )
    found += [
        f"Keep the log on {made.primary} for it in the slot {request.slot}.",
        f"Start it as a standby of {made.primary}, and wait until it follows.",
    ]
    if request.address and request.env_file:
        found.append(f"Point DATABASE_REPLICA_URL in {request.env_file} at {request.address}.")
    return found


def rebuild(request: RejoinRequest) -> str:
    """Return how a standby is built anew, as lines of the shell."""
    own = request.primary
    data = shlex.quote(str(request.data))
    return (
        f"mv {data} {data}.old && pg_basebackup -D {data} -h {own.get('host', 'localhost')} "
        f"-p {own.get('port', observation.PORT)} -U {own.get('user', 'postgres')} -R -X stream "
        f"-C -S {request.slot} --checkpoint=fast"
    )


def _check(seen: observation.Observed, control: Mapping[str, str], request: RejoinRequest) -> None:
    if seen.role is not observation.Role.PRIMARY:
        raise OpsError(
            f"{seen.address} is a {seen.role}: DATABASE_URL is to name the new primary.",
            ExitCode.MISCONFIGURED,
        )
    if control["Database system identifier"] != str(seen.system):
        raise OpsError(
            f"The data in {request.data} have another origin than {seen.address} (system "
            "identifiers): they were never its primary.",
            ExitCode.REFUSED,
        )
    if _signal(request.data).exists():
        runs = _process(request.data) or _foreign(request.data) or _elsewhere(request.data)
        if not runs:
            # pg_rewind writes it when all else is done: what is left is to set it up and start it.
            return
        raise OpsError(
            f"{request.data} is a standby already; its log says whether it follows.",
            ExitCode.REFUSED,
        )
    timeline = int(control[_TIMELINE])
    if timeline >= (seen.timeline or 0):
        raise OpsError(
            f"{request.data} is on timeline {timeline} and "
            f"{seen.address} on {seen.timeline}: it is not the older of the two. Is it the "
            "primary's own data?",
            ExitCode.REFUSED,
        )


def _impossible(
    control: Mapping[str, str], diverged: int | None, request: RejoinRequest
) -> OpsError | None:
    if foreign := _foreign(request.data):
        return OpsError(
            f"postmaster.pid in {request.data} names process {foreign}, which is no server of "
            "these data here: it may be one in a container. Make sure that no server runs in them, "
            "remove that file, then run this again.",
            ExitCode.REFUSED,
        )
    if _elsewhere(request.data):
        return OpsError(
            f"A server runs in {request.data} that cannot be stopped from here, such as one in a "
            "container: stop it, then run this again.",
            ExitCode.REFUSED,
        )
    can_rewind = (
        control["wal_log_hints setting"] == "on" or control["Data page checksum version"] != "0"
    )
    if can_rewind or diverged == 0:
        return None
    return OpsError(
        f"{request.data} has written on after {observation.address(request.primary)} was promoted, "
        "and cannot be rewound: it has neither wal_log_hints nor data checksums. Build it anew, "
        f"with the server stopped and as the user who owns the data: {rebuild(request)}",
        ExitCode.REFUSED,
    )


def _control(data: Path) -> dict[str, str]:
    """Return what pg_controldata says (PostgreSQL, pg_controldata)."""
    try:
        major = int((data / "PG_VERSION").read_text())
    except (OSError, ValueError):
        raise OpsError(
            f"There are no data of PostgreSQL in {data}: name the old primary's data directory, "
            "on the machine where it is.",
            ExitCode.NOT_FOUND,
        ) from None
    command = [postgresql.program("pg_controldata", major), str(data)]
    environment = {**os.environ, "LC_ALL": "C"}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if ran.returncode:
        raise OpsError(f"{data} cannot be read: {' '.join(ran.stderr.split())}.")
    pairs = (line.partition(":") for line in ran.stdout.splitlines())
    return {name: value.strip() for name, _, value in pairs}


def _fork(session: Session, timeline: int, current: int) -> int:
    """Return where the new primary left the old one's timeline, in bytes.

    Raises:
        OpsError: its history does not know that timeline.
    """
    row = session.execute("SELECT pg_read_file(%s)", [f"pg_wal/{current:08X}.history"]).fetchone()
    for known, log, offset in _FORK.findall(row[0] if row else ""):
        if int(known) == timeline:
            return int(log, 16) * (1 << 32) + int(offset, 16)
    raise OpsError(
        f"The new primary does not descend from timeline {timeline} of the old one.",
        ExitCode.REFUSED,
    )


def _signal(data: Path) -> Path:
    """Return the file that makes a standby of these data."""
    return data / "standby.signal"


def _process(data: Path) -> int | None:
    """Return the server that `postmaster.pid` names, if it is this one that runs."""
    process = _named(data)
    return process if process and leftovers.runs_in(process, data) else None


def _foreign(data: Path) -> int | None:
    """Return the process that `postmaster.pid` names, if it runs and is another one.

    PostgreSQL starts no server beside it; one in a container counts processes from 1.
    """
    process = _named(data)
    runs = process is not None and Path(f"/proc/{process}").exists()
    return process if runs and not _process(data) else None


def _named(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def _elsewhere(data: Path) -> bool:
    """Whether a server runs in these data that `postmaster.pid` does not name."""
    if _process(data) is not None:
        return False
    for each in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_server = (each / "comm").read_text().startswith("postgres")
            if is_server and leftovers.runs_in(int(each.name), data):
                return True
    return False
