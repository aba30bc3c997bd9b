"""What was backed up comes back, whatever it is."""

import threading
from pathlib import Path

import pytest

from scripts.backup import local
from scripts.backup.encryption import Key
from scripts.backup.manifest import Table
from scripts.backup.repository import MANIFEST, ROOT
from scripts.backup.verify import VerifyRequest, run_verify
from tests.scripts.backup import awkward
from tests.scripts.backup.conftest import Bench, ignore


def table(tables: list[Table], name: str) -> Table:
    (found,) = (each for each in tables if each.name == name)
    return found


@pytest.mark.parametrize("key", [None, Key(b"k" * 32)], ids=["plain", "encrypted"])
def test_everything_that_is_easily_lost_comes_back(bench: Bench, key: Key | None) -> None:
    awkward.create(bench.server, "Live ü")

    manifest = bench.backup("Live ü", key=key)
    bench.restore(manifest, "Back", key=key)

    assert awkward.dumped(bench.server, "Back") == awkward.dumped(bench.server, "Live ü")


def test_a_trial_finds_nothing_wrong_with_it(bench: Bench) -> None:
    awkward.create(bench.server, "live")
    manifest = bench.backup("live")

    request = VerifyRequest(manifest=manifest, jobs=3)
    result = run_verify(bench.repository, request, report=bench.said.append, advance=ignore)

    assert (result.ok, result.findings) == (True, [])
    assert bench.repository.verification(manifest.id) == result


def test_an_empty_database_is_a_backup_too(bench: Bench) -> None:
    bench.server.create("live")

    manifest = bench.backup("live")
    bench.restore(manifest, "back")

    assert (manifest.rows, manifest.tables) == (0, [])
    assert "back" in bench.server.databases()


def test_a_large_table_is_split_and_its_rows_are_counted(bench: Bench) -> None:
    awkward.create(bench.server, "live")

    manifest = bench.backup("live")

    messages = table(manifest.tables, "messages")
    ((rows,),) = bench.server.rows("SELECT count(*) FROM messages", "live")
    assert len(messages.chunks) > 1
    assert messages.rows == rows


def test_parameters_and_rights_of_the_database_come_back(bench: Bench) -> None:
    bench.server.run("DROP ROLE IF EXISTS app; CREATE ROLE app")
    awkward.create(bench.server, "live", "CREATE TABLE t (x int); GRANT SELECT ON t TO app")
    bench.server.run(
        "ALTER DATABASE live SET work_mem = '7MB';"
        "ALTER DATABASE live SET search_path = app, public;"
        "ALTER ROLE app IN DATABASE live SET statement_timeout = '3s';"
        "REVOKE ALL ON DATABASE live FROM PUBLIC; GRANT CONNECT ON DATABASE live TO app"
    )
    of = """
        SELECT d.datacl::text, (SELECT array_agg(s.setconfig::text ORDER BY s.setrole)
            FROM pg_db_role_setting s WHERE s.setdatabase = d.oid)
        FROM pg_database d WHERE datname = '{}'
    """

    manifest = bench.backup("live")
    bench.restore(manifest, "back")

    assert manifest.database.roles == ["app", "messaging"]
    assert bench.server.rows(of.format("back")) == bench.server.rows(of.format("live"))


def test_a_backup_shows_one_moment_while_others_write(bench: Bench) -> None:
    script = """
        CREATE TABLE a (n int, filler text); CREATE TABLE b (n int, filler text);
        INSERT INTO a SELECT 0, repeat('x', 900) FROM generate_series(1, 500);
        INSERT INTO b SELECT 0, repeat('x', 900) FROM generate_series(1, 500);
    """
    awkward.create(bench.server, "live", script)
    done = threading.Event()

    def write() -> None:
        with bench.server.connect("live") as session:
            while not done.is_set():
                with session.transaction():
                    session.execute("UPDATE a SET n = n + 1 WHERE ctid IN (SELECT ctid FROM a)")
                    session.execute("INSERT INTO b SELECT (SELECT max(n) FROM a), 'y'")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        manifest = bench.backup("live")
    finally:
        done.set()
        writer.join()
    bench.restore(manifest, "back")

    # Each transaction added one to all of a and one row to b: any moment satisfies both.
    ((least, most, rows),) = bench.server.rows(
        "SELECT min(a.n), max(a.n), (SELECT count(*) - 500 FROM b) FROM a", "back"
    )
    assert least == most == rows


def test_a_table_that_is_being_altered_is_whole_before_or_after(bench: Bench) -> None:
    script = "CREATE TABLE t AS SELECT n, repeat('x', 500) AS body FROM generate_series(1, 2000) n"
    awkward.create(bench.server, "live", script)

    def migrate() -> None:
        with bench.server.connect("live") as session:
            for number in range(30):
                # Rewrites the table: to a snapshot from before, it would look empty.
                session.execute(f"ALTER TABLE t ADD COLUMN c{number} int DEFAULT random()".encode())

    migration = threading.Thread(target=migrate)
    migration.start()
    try:
        manifest = bench.backup("live")
    finally:
        migration.join()
    bench.restore(manifest, "back")

    assert table(manifest.tables, "t").rows == 2000
    ((columns,),) = bench.server.rows(
        "SELECT count(*) FROM information_schema.columns WHERE table_name = 't'", "back"
    )
    assert len(table(manifest.tables, "t").columns) == columns


def test_a_copy_is_kept_in_a_folder_as_it_is_in_the_bucket(bench: Bench, tmp_path: Path) -> None:
    awkward.create(bench.server, "live", "CREATE TABLE t AS SELECT 1 AS x")
    old = tmp_path / "20200101T000000Z-abcdef"
    unfinished = tmp_path / f"20200102T000000Z-abcdef{local.UNFINISHED}"
    other = tmp_path / "not-a-backup"
    for folder in (old, unfinished, other):
        folder.mkdir()

    manifest = bench.backup("live", keep_local=tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == [manifest.id, other.name]
    copied = {
        f"{ROOT}{path.relative_to(tmp_path)}": path.read_bytes()
        for path in (tmp_path / manifest.id).rglob("*")
        if path.is_file()
    }
    client = bench.store.client()
    assert copied == {
        key: client.get_object(Bucket=bench.bucket, Key=key)["Body"].read()
        for key in bench.written()
    }


@pytest.mark.parametrize("key", [None, Key(b"k" * 32)], ids=["plain", "encrypted"])
def test_a_copy_that_is_put_back_into_a_bucket_is_a_backup_again(
    bench: Bench, tmp_path: Path, key: Key | None
) -> None:
    """As the runbook puts it back: everything else first, the manifest last."""
    awkward.create(bench.server, "live")
    made = bench.backup("live", keep_local=tmp_path, key=key)
    bench.store.empty(bench.bucket)
    client = bench.store.client()

    def put_back(file: Path) -> None:
        name = f"{ROOT}{file.relative_to(tmp_path)}"
        client.upload_file(Filename=str(file), Bucket=bench.bucket, Key=name)

    for file in (tmp_path / made.id).rglob("*"):
        if file.is_file() and file.name != MANIFEST:
            put_back(file)
    assert bench.repository.listing().finished == [], "without a manifest it is no backup"
    put_back(tmp_path / made.id / MANIFEST)

    assert bench.find("latest") == made
    bench.restore(made, "back", key=key)
    assert awkward.dumped(bench.server, "back") == awkward.dumped(bench.server, "live")


def test_no_row_and_no_password_is_readable_in_an_encrypted_backup(bench: Bench) -> None:
    awkward.create(bench.server, "live", "CREATE TABLE t AS SELECT 'a-secret-word' AS x")

    bench.backup("live", key=Key(b"k" * 32))

    bodies = bench.bodies().values()
    assert bodies
    assert not any(b"a-secret-word" in body or b"SCRAM-SHA-256" in body for body in bodies)
