"""The roles of a backup, made on another server from what `pg_dumpall --globals-only` wrote."""

import re
from collections.abc import Iterator
from typing import Final

from psycopg import sql

from scripts import postgresql
from scripts.backup import programs
from scripts.backup.manifest import Manifest
from scripts.backup.objects import Place, read
from scripts.backup.programs import ProgramError
from scripts.faults import OpsError

_NAME: Final = r'(?:"(?:[^"]|"")+"|[^\s";]+)'
_STATEMENT: Final = re.compile(
    r"""\s*(?:(?:--|\\)[^\n]*\n\s*)*((?:[^'";]|'(?:[^']|'')*'|"(?:[^"]|"")*")+;)"""
)
"""A text may have line breaks, semicolons and dashes: the comment on a role, or a setting of it.
Before a statement there are lines of comments and of psql's own commands."""

_ROLE: Final = re.compile(rf"(?:CREATE ROLE|ALTER ROLE|COMMENT ON ROLE) ({_NAME})[\s;]")
_MEMBERSHIP: Final = re.compile(rf"GRANT ({_NAME}) TO ({_NAME})[\s;]")
_GRANTED_BY: Final = re.compile(rf" GRANTED BY {_NAME};$")

_ALTERED: Final = re.compile(
    rf"^(ALTER ROLE {_NAME} WITH)((?: (?:NO)?[A-Z]+)*?)((?: PASSWORD| CONNECTION| VALID|;).*)",
    re.DOTALL,
)
"""How a role is altered, with which attributes, and what follows them."""

_SUPERUSERS_WORDS: Final = re.compile(r" NO(?:SUPERUSER|REPLICATION|BYPASSRLS)\b")
"""What a new role lacks anyway, and only a superuser may say."""

_JOINED: Final = sql.SQL("\nGRANT {} TO CURRENT_USER;")


def create(place: Place, manifest: Manifest, connection: dict[str, str]) -> None:
    """Create the roles that a backup names; those that are there already are left as they are.

    All or none are made. Who is no superuser becomes a member of those that are made: only a member
    may give away what will be theirs.

    Raises:
        OpsError: the server does not take them, which is no damage of the backup; or DAMAGED, when
            what the backup has of them is not what was written.
    """
    text = b"".join(read(place, manifest.globals)).decode()
    with postgresql.connect(connection, "restore") as session:
        superuser = session.info.parameter_status("is_superuser") == "on"
        there = {role for (role,) in session.execute("SELECT rolname FROM pg_roles").fetchall()}
        named = set(manifest.database.roles)
        user = None if superuser else session.info.user
        wanted = "\n".join(statements(text, named, there, user))
        if not superuser:
            joined = [_JOINED.format(sql.Identifier(role)) for role in sorted(named - there)]
            wanted += sql.SQL("").join(joined).as_string(session)
    command = [postgresql.program("psql", manifest.server_major), "--no-psqlrc", "--quiet"]
    command += ["--set=ON_ERROR_STOP=1", "--single-transaction"]
    try:
        programs.fed(command, postgresql.environment(connection), iter([wanted.encode()]))
    except ProgramError as error:
        raise OpsError(
            f"The roles of backup {manifest.id} could not be made on this server: {error} Make "
            "them by hand, become a member of each (GRANT role TO CURRENT_USER) unless you are a "
            "superuser, then run this again."
        ) from None


def statements(
    text: str, named: set[str], there: set[str], user: str | None = None
) -> Iterator[str]:
    """Yield what makes the named roles that are not there, and their memberships in each other.

    Left out is who granted a membership: on RDS that is `rdsadmin`, in whose name no other server
    lets anybody grant. Whoever runs the statements is the grantor.

    Args:
        named: roles that are wanted.
        there: roles that the server has.
        user: who runs them and is no superuser: membership in this role is left out, since none of
            its members could have it as a member.
    """
    missing = named - there
    for found in _STATEMENT.finditer(text):
        statement = found.group(1)
        if statement.startswith("SET "):
            yield statement
        elif role := _ROLE.match(statement):
            if _plain(role.group(1)) in missing:
                yield _ALTERED.sub(_without_superusers_words, statement)
        elif membership := _MEMBERSHIP.match(statement):
            granted, member = map(_plain, membership.groups())
            both = {granted, member}
            if both <= named and both & missing and granted != user:
                yield _GRANTED_BY.sub(";", statement)


def _without_superusers_words(found: re.Match[str]) -> str:
    return found[1] + _SUPERUSERS_WORDS.sub("", found[2]) + found[3]


def _plain(name: str) -> str:
    """Return a name as it stands in the catalogue."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
