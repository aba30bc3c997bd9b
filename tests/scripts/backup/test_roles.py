"""Roles come from the backup, whoever has granted what on the server it is of."""

import pytest

from scripts.backup import roles
from scripts.backup.manifest import Manifest
from scripts.backup.restore import RestoreRequest, run_restore
from scripts.backup.verify import VerifyRequest, run_verify
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from tests.scripts.backup import awkward
from tests.scripts.backup.conftest import Bench, ignore

MADE = r"""
    CREATE ROLE rdsadmin SUPERUSER;
    CREATE ROLE readers;
    CREATE ROLE "odd's; role" CONNECTION LIMIT 3;
    CREATE ROLE bystander;
    COMMENT ON ROLE readers IS E'May read;\nit''s all.';
    ALTER ROLE readers SET search_path = 'a;b', public;
    SET ROLE rdsadmin;
    GRANT readers TO "odd's; role" WITH ADMIN OPTION;
    GRANT bystander TO readers;
"""
DROPPED = """DROP ROLE IF EXISTS bystander, readers, "odd's; role", rdsadmin"""
OWNED = """
    CREATE TABLE u();
    ALTER TABLE u OWNER TO "odd's; role";
    GRANT ALL ON u TO readers
"""
MEMBERS = """
    SELECT r.rolname, m.rolname, a.admin_option FROM pg_auth_members a
    JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
    WHERE r.rolname !~ '^pg_'
"""
SAID = """
    SELECT shobj_description(oid, 'pg_authid'), rolconfig FROM pg_roles WHERE rolname = 'readers'
"""
LIMITS = """
    SELECT rolname, rolconnlimit FROM pg_roles WHERE rolname IN ('readers', 'odd''s; role')
    ORDER BY rolname
"""
OWNERS = """
    SELECT tableowner::text, pg_get_userbyid(datdba)::text
    FROM pg_tables, pg_database WHERE tablename = 'u' AND datname = current_database()
"""
ON_RDS = r"""\restrict x1'y
-- Roles: it's
SET standard_conforming_strings = on;
CREATE ROLE app;
ALTER ROLE app WITH NOSUPERUSER LOGIN NOBYPASSRLS CONNECTION LIMIT 3 PASSWORD 'NOSUPERUSER';
CREATE ROLE rds_superuser;
CREATE ROLE readers;
GRANT pg_monitor TO rds_superuser WITH ADMIN OPTION, INHERIT TRUE GRANTED BY rdsadmin;
GRANT readers TO app WITH INHERIT TRUE GRANTED BY rdsadmin;
CREATE TABLESPACE fast OWNER app LOCATION '/x';
\unrestrict x1'y
"""


@pytest.fixture
def granted(bench: Bench) -> Manifest:
    """A backup of a server where rdsadmin has granted; nothing of it is there any more."""
    bench.server.run(DROPPED)
    bench.server.run(MADE)
    awkward.create(bench.server, "live", OWNED)
    bench.server.run("""ALTER DATABASE live OWNER TO "odd's; role" """)
    made = bench.backup("live")
    bench.server.drop_all()
    bench.server.run(DROPPED)
    return made


def test_roles_and_their_memberships_come_back_without_who_granted_them(
    bench: Bench, granted: Manifest
) -> None:
    bench.restore(granted, "back", create_roles=True)

    assert bench.server.rows(MEMBERS) == [("readers", "odd's; role", True)]
    assert bench.server.rows(SAID) == [("May read;\nit's all.", ['search_path="a;b", public'])]
    there = {name for (name,) in bench.server.rows("SELECT rolname FROM pg_roles")}
    assert not there & {"rdsadmin", "bystander"}, "what the backup does not name is not made"


def test_what_pg_dumpall_writes_on_rds_is_taken_by_another_server() -> None:
    assert list(roles.statements(ON_RDS, {"app", "readers"}, {"readers"})) == [
        "SET standard_conforming_strings = on;",
        "CREATE ROLE app;",
        "ALTER ROLE app WITH LOGIN CONNECTION LIMIT 3 PASSWORD 'NOSUPERUSER';",
        "GRANT readers TO app WITH INHERIT TRUE;",
    ]


def test_text_that_looks_like_a_comment_stays() -> None:
    text = """-- Roles
COMMENT ON ROLE app IS 'first
-- second';
-- 'more'
CREATE ROLE app;
"""
    assert list(roles.statements(text, {"app"}, set())) == [
        "COMMENT ON ROLE app IS 'first\n-- second';",
        "CREATE ROLE app;",
    ]


def test_who_becomes_a_member_of_the_roles_gives_them_no_membership_in_its_own() -> None:
    text = "CREATE ROLE app;\nGRANT master TO app;\nGRANT app TO readers;\n"
    named = {"app", "master", "readers"}
    assert list(roles.statements(text, named, {"master", "readers"}, "master")) == [
        "CREATE ROLE app;",
        "GRANT app TO readers;",
    ]


def test_who_restores_need_not_be_a_superuser(bench: Bench, granted: Manifest) -> None:
    bench.server.run(
        "DROP ROLE IF EXISTS master; CREATE ROLE master LOGIN CREATEROLE CREATEDB PASSWORD 'x'"
    )
    master = {**bench.connection("back"), "user": "master", "password": "x"}
    request = RestoreRequest(connection=master, manifest=granted, jobs=1, create_roles=True)

    run_restore(bench.repository, request, report=bench.said.append, advance=ignore)

    made = [member for member in bench.server.rows(MEMBERS) if member[1] != "master"]
    assert made == [("readers", "odd's; role", True)]
    assert bench.server.rows(LIMITS) == [("odd's; role", 3), ("readers", -1)]
    assert bench.server.rows(OWNERS, "back") == [("odd's; role", "odd's; role")]


def test_roles_that_a_server_does_not_take_are_no_damage_of_the_backup(
    bench: Bench, granted: Manifest
) -> None:
    bench.server.run("DROP ROLE IF EXISTS limited; CREATE ROLE limited LOGIN PASSWORD 'x'")
    scratch = {**bench.connection("postgres"), "user": "limited", "password": "x"}
    request = VerifyRequest(manifest=granted, jobs=1, scratch=scratch)

    with pytest.raises(OpsError, match="could not be made on this server: psql failed") as raised:
        run_verify(bench.repository, request, report=bench.said.append, advance=ignore)

    assert raised.value.code == ExitCode.FAILED
    assert bench.repository.verification(granted.id) is None
