"""Connections to PostgreSQL, and what its programs need to connect likewise."""

import os
import shutil
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from pydantic import SecretStr

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.locks import whoami

PROGRAMS = "/usr/lib/postgresql"
"""Where Debian and Ubuntu keep the programs of each version."""

CONNECT_SECONDS = 15

Session = psycopg.Connection[TupleRow]

_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "options": "PGOPTIONS",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}
"""Parameter of a URL → the variable with the same meaning."""


def parameters(url: SecretStr, variable: str, *, database: str | None = None) -> dict[str, str]:
    """Return what a URL says, with another database when one is named.

    Args:
        variable: where the URL stands, for the message.

    Raises:
        OpsError: it is no URL of PostgreSQL. The message does not repeat it: it has a password.
    """
    try:
        found = conninfo_to_dict(url.get_secret_value())
    except psycopg.ProgrammingError:
        raise OpsError(
            f"{variable} is no URL of PostgreSQL: it should read "
            "postgresql://USER:PASSWORD@HOST:PORT/NAME?sslmode=require, with special characters "
            "in the password percent-encoded.",
            ExitCode.MISCONFIGURED,
        ) from None
    if database is not None:
        found["dbname"] = database
    return {name: str(value) for name, value in found.items() if value is not None}


def connect(connection: dict[str, str], command: str) -> Session:
    """Open a session in autocommit mode that says in the server's views what it is for.

    Raises:
        psycopg.OperationalError: it cannot be opened.
    """
    named = {
        "connect_timeout": str(CONNECT_SECONDS),
        "keepalives_idle": "30",
        **connection,
        "application_name": whoami(command),
    }
    return psycopg.connect(make_conninfo("", **named), autocommit=True)


def environment(connection: dict[str, str]) -> dict[str, str]:
    """Return the environment in which PostgreSQL's programs connect likewise.

    No password stands in their arguments, which every user of the machine can read.
    """
    given = {_VARIABLES[name]: value for name, value in connection.items() if name in _VARIABLES}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**inherited, **given}


def program(name: str, major: int) -> str:
    """Return the path of one of PostgreSQL's programs, not older than the server.

    Args:
        major: version of the server; the program of the same version is preferred.

    Raises:
        OpsError: it is not installed.
    """
    own = Path(PROGRAMS, str(major), "bin", name)
    if own.exists():
        return str(own)
    # Versions before 10 have folders such as 9.6.
    versions = [folder for folder in Path(PROGRAMS).glob("*") if folder.name.isdecimal()]
    for folder in sorted(versions, key=lambda folder: int(folder.name)):
        if int(folder.name) > major and (folder / "bin" / name).exists():
            return str(folder / "bin" / name)
    found = shutil.which(name)
    if found is None:
        raise OpsError(
            f"{name} is not installed: install the package postgresql-client-{major}.",
            ExitCode.MISCONFIGURED,
        )
    return found
