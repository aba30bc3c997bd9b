from pathlib import Path

import pytest

from scripts.exit_codes import ExitCode
from scripts.failover import pointing
from scripts.failover.pointing import Address
from scripts.faults import OpsError

OLD, NEW = Address(host="postgres"), Address(host="postgres-backup")


def pointed(text: str) -> str:
    return pointing.pointed(text, OLD, NEW)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("DB_HOST=postgres\n", "DB_HOST=postgres-backup\n"),
        ("export DB_HOST='postgres'  # ours\r\n", "export DB_HOST='postgres-backup'  # ours\r\n"),
        ("DB_HOST=postgres", "DB_HOST=postgres-backup"),
        ("DB_PORT=5432\n", "DB_PORT=5432\n"),
        ("# DB_HOST=postgres\n", "# DB_HOST=postgres\n"),
        ("OLD_DB_HOST=postgres\n", "OLD_DB_HOST=postgres\n"),
        ("REDIS_URL=redis://postgres:6379/0\n", "REDIS_URL=redis://postgres:6379/0\n"),
        (
            "DATABASE_REPLICA_URL=postgresql://u:p@postgres-backup/m\n",
            "DATABASE_REPLICA_URL=postgresql://u:p@postgres-backup/m\n",
        ),
        (
            'DATABASE_URL="postgresql://u:postgres@postgres:5432/m?sslmode=require"\n',
            'DATABASE_URL="postgresql://u:postgres@postgres-backup:5432/m?sslmode=require"\n',
        ),
        ("DATABASE_URL=postgres://postgres/m\n", "DATABASE_URL=postgres://postgres-backup/m\n"),
    ],
)
def test_only_the_address_of_the_database_changes(line: str, expected: str) -> None:
    assert pointed(line) == expected
    assert pointed(expected) == expected, "pointing twice points once"


def test_another_port_is_written_wherever_one_is_needed() -> None:
    new = Address(host="::1", port="6432")
    text = "DB_HOST=postgres\nDB_PORT=5432\nDATABASE_URL=postgresql://u:p@postgres/m\n"
    assert pointing.pointed(text, OLD, new) == (
        "DB_HOST=::1\nDB_PORT=6432\nDATABASE_URL=postgresql://u:p@[::1]:6432/m\n"
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("DB_HOST=pgbouncer\n", "DB_HOST in .env is pgbouncer, neither of postgres and "),
        (
            "DATABASE_URL=postgresql://u:secret@pgbouncer/m\n",
            "DATABASE_URL in .env is pgbouncer:5432, neither of postgres-backup:5432 and ",
        ),
        ("DATABASE_URL=host=postgres password=secret\n", "DATABASE_URL in .env should read "),
    ],
)
def test_a_line_that_points_elsewhere_is_refused_without_its_password(
    line: str, message: str
) -> None:
    with pytest.raises(OpsError) as raised:
        pointed(line)

    assert raised.value.code == ExitCode.MISCONFIGURED
    assert str(raised.value).startswith(message)
    assert "secret" not in str(raised.value)


def test_a_file_keeps_its_mode_and_its_name(tmp_path: Path) -> None:
    file, link = tmp_path / "real", tmp_path / ".env"
    file.write_text("DB_HOST=postgres\n")
    file.chmod(0o640)
    link.symlink_to(file)

    assert pointing.rewrite(link, pointed)
    assert not pointing.rewrite(link, pointed)

    assert link.is_symlink()
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("DB_HOST=postgres-backup\n", 0o640)
    assert sorted(each.name for each in tmp_path.iterdir()) == [".env", "real"]


def test_what_a_killed_run_left_is_in_nobodys_way(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DB_HOST=postgres\n")
    (tmp_path / ".env.new").write_text("DB_HO" * 100)

    pointing.rewrite(file, pointed)

    assert file.read_text() == "DB_HOST=postgres-backup\n"
    assert [each.name for each in tmp_path.iterdir()] == [".env"]
