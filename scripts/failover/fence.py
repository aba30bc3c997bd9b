"""The old primary takes no more writes: read-only with every session ended, or shut down."""

import subprocess
import threading

import psycopg
from psycopg.rows import TupleRow

from scripts.exit_codes import ExitCode
from scripts.failover import observation
from scripts.failover.waiting import until, within
from scripts.faults import OpsError
from scripts.postgresql import Session

SECONDS = 10
"""Until the server has ended its sessions and its new ones are read-only."""

CLOSE_SECONDS = 30
"""Of `close` as a whole."""

COMMAND_SECONDS = 60
"""Of the fence command, and then of the server until it answers nothing any more."""

_READ_ONLY = "ALTER SYSTEM SET default_transaction_read_only = on"
_WRITABLE = "ALTER SYSTEM RESET default_transaction_read_only"
_RELOAD = "SELECT pg_reload_conf()"
BY_HAND = f"{_WRITABLE}; {_RELOAD};"
"""Takes the fence back."""

_OVERRIDES = """
    SELECT coalesce('role ' || r.rolname, 'database ' || d.datname)
    FROM pg_db_role_setting s
        LEFT JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase
    WHERE EXISTS (
        SELECT FROM unnest(s.setconfig) AS c WHERE c ILIKE 'default_transaction_read_only=%'
    )
"""
_OTHERS = """
    SELECT pid, backend_start FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


def overrides(primary: dict[str, str]) -> list[str]:
    """Return roles and databases whose own setting would make the fence open to them."""
    with observation.session(primary) as session:
        return [name for (name,) in session.execute(_OVERRIDES)]


def close(primary: dict[str, str]) -> int:
    """Make a primary that answers read-only and end all of its sessions.

    Returns:
        Where its write-ahead log ends, in bytes: no commit stands behind that.

    Raises:
        OpsError: a session did not end, or the server did not do what it was told to.
    """
    over = threading.Event()
    try:
        return within(CLOSE_SECONDS, lambda: _close(primary, over))
    except (psycopg.Error, TimeoutError) as error:
        said = " ".join(str(error).split()).rstrip(".")
        raise OpsError(
            f"{observation.address(primary)} could not be made read-only: {said}. Set "
            "FENCE_COMMAND to a command that ends the server."
        ) from None
    finally:
        over.set()


def _close(primary: dict[str, str], over: threading.Event) -> int:
    """Close it, but not once nobody waits for it any more: then it may be wanted open."""
    with observation.session(primary) as session:
        session.execute(_READ_ONLY)
        if over.is_set():
            session.execute(_WRITABLE)
            raise OpsError("Nobody waited for the fence any more.")
        session.execute(_RELOAD)
        if not until(lambda: _new_ones_are_read_only(primary), SECONDS):
            raise OpsError(f"{observation.address(primary)} did not become read-only.")
        # Whatever began before may be writing still; whatever begins now does not.
        before = set(session.execute(_OTHERS))
        if not until(lambda: _end(session, before), SECONDS):
            raise OpsError(f"Sessions on {observation.address(primary)} did not end.")
        end = session.execute("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint").fetchone()
        return int(end[0]) if end else 0


def open_again(primary: dict[str, str]) -> None:
    """Take `close` back: nothing was promoted, so the primary goes on."""

    def open_it() -> None:
        with observation.session(primary) as session:
            session.execute(_WRITABLE)
            session.execute(_RELOAD)

    within(CLOSE_SECONDS, open_it)


def shut_down(primary: dict[str, str], command: str) -> None:
    """Run the command that ends the old primary, and make sure that nothing answers any more.

    Args:
        command: a line of the shell, such as `ssh db1 sudo systemctl stop postgresql`.

    Raises:
        OpsError: it failed, or something still answers.
    """
    name = observation.address(primary)
    try:
        # The operator's own line, with the operator's own rights.
        ran = subprocess.run(
            ["/bin/sh", "-c", command],
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise OpsError(
            f"FENCE_COMMAND did not end within {COMMAND_SECONDS} s, so {name} may still take "
            "writes; nothing was promoted.",
            ExitCode.REFUSED,
        ) from None
    if ran.returncode:
        said = " ".join(ran.stderr.split()).rstrip(".") or "nothing"
        raise OpsError(
            f"FENCE_COMMAND ended with {ran.returncode} and said: {said}. {name} may still take "
            "writes; nothing was promoted.",
            ExitCode.REFUSED,
        )
    if not until(lambda: not observation.answers(primary), COMMAND_SECONDS):
        raise OpsError(
            f"FENCE_COMMAND succeeded, but {name} still answers; nothing was promoted.",
            ExitCode.REFUSED,
        )


def _new_ones_are_read_only(primary: dict[str, str]) -> bool:
    with observation.session(primary) as session:
        row = session.execute("SHOW default_transaction_read_only").fetchone()
        return row is not None and row[0] == "on"


def _end(session: Session, before: set[TupleRow]) -> bool:
    """Whether none of these sessions is left; those that are get ended."""
    left = before & set(session.execute(_OTHERS))
    for pid, _ in left:
        session.execute("SELECT pg_terminate_backend(%s)", [pid])
    return not left
