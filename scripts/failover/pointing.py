"""The connection strings of `.env`: DB_HOST and DATABASE_URL, in one step and nothing else."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

_LINE = re.compile(r"(?P<head>\s*(?:export\s+)?(?P<name>[A-Z_]+)\s*=\s*)(?P<value>.*)", re.DOTALL)
_URL = re.compile(
    r"(?P<head>[\"']?postgres(?:ql)?://(?:[^@/\s]*@)?)(?P<host>\[[^\]]*\]|[^:/?\"'\s]*)"
    r"(?::(?P<port>\d+))?(?P<tail>.*)",
    re.DOTALL,
)
_WORD = re.compile(r"(?P<quote>[\"']?)(?P<word>[^\"'\s#]*)(?P=quote)(?P<tail>.*)", re.DOTALL)

DEFAULT_PORT = "5432"


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a server is found."""

    host: str
    port: str = DEFAULT_PORT

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def address(connection: dict[str, str]) -> Address:
    """Return the address in connection parameters."""
    return Address(
        host=connection.get("host", "localhost"), port=connection.get("port", DEFAULT_PORT)
    )


def pointed(text: str, old: Address, new: Address, *, replica: bool = False) -> str:
    """Return the text of an `.env` that points at another server.

    DB_HOST and DATABASE_URL change, DB_PORT where the two servers have different ports, and no
    other byte: comments, order, quotes, passwords and line ends stay.

    Args:
        old: what it is expected to point at, if it does not point at `new` yet.
        replica: DATABASE_REPLICA_URL changes, and nothing else.

    Raises:
        OpsError: a line points elsewhere, or cannot be understood.
    """
    url: Callable[[str], str] = lambda value: _url(value, old, new)  # noqa: E731
    changes: dict[str, Callable[[str], str]] = {
        "DB_HOST": lambda value: _word(value, "DB_HOST", {old.host, new.host}, new.host),
        "DB_PORT": lambda value: _word(value, "DB_PORT", {old.port, new.port}, new.port),
        "DATABASE_URL": url,
    }
    if replica:
        changes = {"DATABASE_REPLICA_URL": lambda value: _moved(value, new)}
    return "".join(_line(line, changes) for line in text.splitlines(keepends=True))


def names_a_database(text: str) -> bool:
    """Whether an `.env` says where the database is."""
    found = (_LINE.fullmatch(line) for line in text.splitlines())
    return any(line and line["name"] in {"DB_HOST", "DATABASE_URL"} for line in found)


def _line(line: str, changes: dict[str, Callable[[str], str]]) -> str:
    found = _LINE.fullmatch(line)
    change = changes.get(found["name"]) if found else None
    return f"{found['head']}{change(found['value'])}" if found and change else line


def _word(value: str, name: str, expected: set[str], new: str) -> str:
    found = _WORD.fullmatch(value)
    if found is None or found["word"] not in expected:
        raise _elsewhere(name, value.strip(), expected)
    return f"{found['quote']}{new}{found['quote']}{found['tail']}"


def _url(value: str, old: Address, new: Address) -> str:
    found = _URL.fullmatch(value)
    if found is None:
        raise _unreadable("DATABASE_URL")
    # As in the line: without a port it is the default one.
    here = Address(host=found["host"].strip("[]"), port=found["port"] or DEFAULT_PORT)
    if here not in {old, new}:
        raise _elsewhere("DATABASE_URL", str(here), {str(old), str(new)})
    return value if here == new else _moved(value, new)


def _moved(value: str, new: Address) -> str:
    found = _URL.fullmatch(value)
    if found is None:
        raise _unreadable("DATABASE_REPLICA_URL")
    host = f"[{new.host}]" if ":" in new.host else new.host
    port = f":{new.port}" if found["port"] or new.port != DEFAULT_PORT else ""
    return f"{found['head']}{host}{port}{found['tail']}"


def read(file: Path) -> str:
    """Return the text with its line ends as they are.

    Raises:
        OpsError: it cannot be read.
    """
    try:
        return file.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise OpsError(f"{file} cannot be read: {error}.", ExitCode.MISCONFIGURED) from None


def rewrite(file: Path, change: Callable[[str], str]) -> bool:
    """Put the changed text in place of the file at once; return whether it changed.

    A reader sees the old file or the new one, whatever happens meanwhile. Mode and owner stay, and
    a symbolic link goes on naming the same file.

    Raises:
        OpsError: the file cannot be read.
    """
    file = file.resolve()
    before = read(file)
    after = change(before)
    if after == before:
        return False
    status = file.stat()
    # Always the same name: what a killed run leaves is taken by the next one.
    unfinished = file.with_name(f"{file.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(unfinished, flags, 0o600), "wb") as written:
        written.write(after.encode())
        if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(written.fileno(), status.st_uid, status.st_gid)
        os.fchmod(written.fileno(), status.st_mode & 0o7777)
        written.flush()
        os.fsync(written.fileno())
    unfinished.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


def _elsewhere(name: str, value: str, expected: set[str]) -> OpsError:
    return OpsError(
        f"{name} in .env is {value}, neither of {' and '.join(sorted(expected))}: it would not "
        "follow the database. Correct it, or leave the file alone with --no-env-file and point "
        "the application by hand.",
        ExitCode.MISCONFIGURED,
    )


def _unreadable(name: str) -> OpsError:
    return OpsError(
        f"{name} in .env should read postgresql://USER:PASSWORD@HOST:PORT/NAME?sslmode=require.",
        ExitCode.MISCONFIGURED,
    )
