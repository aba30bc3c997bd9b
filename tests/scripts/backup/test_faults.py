"""S3 and PostgreSQL on bad days: a backup is whole or not there, a restore whole or not live."""

from collections.abc import Generator
from functools import partial

import pytest

from scripts import aws, postgresql, settings
from scripts.backup.encryption import Key
from scripts.backup.manifest import Manifest
from scripts.backup.repository import MANIFEST, ROOT, Repository, Verification
from scripts.backup.verify import VerifyRequest, run_verify
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError, explained
from scripts.locks import database_lock
from tests.scripts.backup import awkward
from tests.scripts.backup.conftest import NOW, Bench, ignore
from tests.services.faulty_proxy import Fault, Proxy, every, faulty_proxy
from tests.services.object_store import REGION

SCRIPT = """
    CREATE TABLE t AS SELECT n, repeat(md5(n::text), 20) AS body FROM generate_series(1, 900) n;
    CREATE INDEX ON t (n);
"""


@pytest.fixture
def live(bench: Bench) -> Bench:
    awkward.create(bench.server, "live", SCRIPT)
    return bench


class Through(Bench):
    """A bench whose bucket is reached through a proxy, with the clients that `ops` uses."""

    proxy: Proxy

    @property
    def repository(self) -> Repository:
        given = settings.load(aws_endpoint_url=self.proxy.endpoint, aws_region=REGION)
        return Repository(partial(aws.s3, given), self.bucket)


def through(bench: Bench, proxy: Proxy) -> Bench:
    other = Through(server=bench.server, store=bench.store, bucket=bench.bucket, said=bench.said)
    object.__setattr__(other, "proxy", proxy)
    return other


def verified(bench: Bench, manifest: Manifest) -> Verification:
    request = VerifyRequest(manifest=manifest, jobs=2, scratch=bench.connection("postgres"))
    return run_verify(bench.repository, request, report=bench.said.append, advance=ignore)


@pytest.mark.parametrize("fault", ["500", "503", "slow", "cut request", "cut answer"])
def test_an_object_store_that_fails_now_and_then_is_asked_again(live: Bench, fault: Fault) -> None:
    with faulty_proxy(live.store.endpoint, every(3, fault)) as proxy:
        bench = through(live, proxy)
        manifest = bench.backup("live")
        bench.restore(manifest, "back")
        assert verified(bench, manifest).ok

    assert awkward.dumped(live.server, "back") == awkward.dumped(live.server, "live")


@pytest.mark.parametrize("fault", ["hang", "hung answer"])
def test_an_object_store_that_hangs_now_and_then_is_asked_again(
    live: Bench, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    """It takes a request, and then nothing comes until the client has waited long enough."""
    monkeypatch.setattr(aws, "TIMEOUT_SECONDS", 1)
    with faulty_proxy(live.store.endpoint, every(5, fault)) as proxy:
        bench = through(live, proxy)
        manifest = bench.backup("live")
        bench.restore(manifest, "back")
        assert verified(bench, manifest).ok

    assert proxy.hung > 3
    assert awkward.dumped(live.server, "back") == awkward.dumped(live.server, "live")


@pytest.mark.parametrize(
    ("fault", "said"),
    [("503", "AWS could not do PutObject: "), ("hang", "Read timeout on endpoint URL: ")],
)
def test_an_object_store_that_fails_for_good_leaves_no_backup(
    live: Bench, monkeypatch: pytest.MonkeyPatch, fault: Fault, said: str
) -> None:
    monkeypatch.setattr(aws, "TIMEOUT_SECONDS", 1)
    monkeypatch.setattr(aws, "ATTEMPTS", 2)

    def choose(_number: int, method: str, path: str) -> Fault:
        return fault if method == "PUT" and "/data/" in path else "none"

    with faulty_proxy(live.store.endpoint, choose) as proxy, pytest.raises(Exception) as raised:
        through(live, proxy).backup("live")

    told = explained(raised.value)
    assert told and said in str(told)
    assert not any(key.endswith(MANIFEST) for key in live.written())
    with pytest.raises(OpsError, match="There is no finished backup"):
        live.find("latest")
    live.backup("live")  # nobody holds its lock any more


def test_a_trial_that_an_object_store_breaks_off_says_nothing_of_the_backup(
    live: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws, "ATTEMPTS", 2)
    manifest = live.backup("live")
    seen: set[str] = set()

    def choose(_number: int, method: str, path: str) -> Fault:
        """Let each object be read once, for its checksum, and never again for the restore."""
        again = method == "GET" and path in seen
        seen.add(path)
        return "503" if again and "/data/" in path else "none"

    with faulty_proxy(live.store.endpoint, choose) as proxy, pytest.raises(Exception) as raised:
        verified(through(live, proxy), manifest)

    assert explained(raised.value)
    assert live.repository.verification(manifest.id) is None, "nothing was proven or refuted"
    assert live.server.databases() == ["live"]


@pytest.fixture
def trial(live: Bench) -> Generator[dict[str, str]]:
    """A role for trials that is no superuser."""
    live.server.run("CREATE ROLE trial LOGIN PASSWORD 'trial'; GRANT messaging TO trial")
    yield {**live.connection("postgres"), "user": "trial", "password": "trial"}
    live.server.run("DROP ROLE trial")


@pytest.mark.parametrize(
    ("attribute", "said"),
    [
        ("NOCREATEDB", "refused them: permission denied to create database. Give "),
        ("CREATEDB", "refused them: pg_restore failed: .*permission denied to create extension"),
    ],
)
def test_a_server_that_lacks_what_a_trial_needs_says_nothing_of_the_backup(
    live: Bench, trial: dict[str, str], attribute: str, said: str
) -> None:
    live.server.run("CREATE EXTENSION file_fdw", "live")
    live.server.run(f"ALTER ROLE trial {attribute}")
    manifest = live.backup("live")

    request = VerifyRequest(manifest=manifest, jobs=2, scratch=trial)
    with pytest.raises(OpsError, match=said) as raised:
        run_verify(live.repository, request, report=live.said.append, advance=ignore)

    assert raised.value.code == ExitCode.FAILED
    assert live.repository.verification(manifest.id) is None, "nothing was proven or refuted"
    assert live.server.databases() == ["live"]


# As after a new order of text on the server: the index no longer keeps its promise.
TWO_OF_ONE_KEY = """
    CREATE TABLE twice AS SELECT 1 AS n FROM generate_series(1, 2);
    CREATE INDEX twice_n ON twice (n);
    UPDATE pg_index SET indisunique = true WHERE indexrelid = 'twice_n'::regclass
"""


def test_rows_that_contradict_their_own_table_are_damage(live: Bench) -> None:
    live.server.run(TWO_OF_ONE_KEY, "live")
    manifest = live.backup("live")

    found = verified(live, manifest)

    assert not found.ok
    assert "could not create unique index" in found.findings[0]
    assert live.repository.verification(manifest.id) == found


ENDS_SESSIONS = """
    CREATE FUNCTION ended(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
    BEGIN
        IF current_database() <> 'live' THEN
            PERFORM pg_terminate_backend(pg_backend_pid());
        END IF;
        RETURN n;
    END $$;
    CREATE INDEX ON t (ended(n));
"""


def test_a_trial_that_is_cut_off_as_it_builds_indexes_says_nothing_of_the_backup(
    live: Bench,
) -> None:
    live.server.run(ENDS_SESSIONS, "live")
    manifest = live.backup("live")

    with pytest.raises(OpsError, match=r"refused them: pg_restore .*terminating connection"):
        verified(live, manifest)

    assert live.repository.verification(manifest.id) is None, "nothing was proven or refuted"
    assert live.server.databases() == ["live"]


def test_what_a_failed_backup_left_is_removed_by_the_next_once_it_is_old(live: Bench) -> None:
    client = live.store.client()
    left = f"{ROOT}20250101T000000Z-abcdef/data/000001.zst"
    client.put_object(Bucket=live.bucket, Key=left, Body=b"x")
    client.create_multipart_upload(Bucket=live.bucket, Key=left)
    client.put_object(Bucket=live.bucket, Key="database/other/file", Body=b"not a backup")

    live.backup("live")
    assert left in live.written()

    manifest = live.backup("live", abandoned_after=NOW)

    assert left not in live.written()
    assert "database/other/file" in live.written()
    assert live.store.uploads(live.bucket) == []
    assert len(live.repository.listing().finished) == 2
    assert live.find("latest") == manifest


def test_two_backups_do_not_run_at_once(live: Bench) -> None:
    with (
        postgresql.connect(live.connection("live"), "backup") as session,
        database_lock(session, "backup"),
        pytest.raises(OpsError) as raised,
    ):
        live.backup("live")

    assert raised.value.code == ExitCode.LOCKED
    assert live.written() == []


def test_a_bucket_that_does_not_exist_is_a_sentence(live: Bench) -> None:
    live.store.client().delete_bucket(Bucket=live.bucket)

    with pytest.raises(Exception) as raised:
        live.backup("live")
    live.store.create(live.bucket)

    fault = explained(raised.value)
    assert fault and fault.code == ExitCode.NOT_FOUND
    assert "The specified bucket does not exist" in str(fault)


def test_a_backup_from_before_there_was_a_key_stays_one_that_restores(live: Bench) -> None:
    manifest = live.backup("live")
    key = Key(b"k" * 32)

    live.restore(manifest, "back", key=key)

    assert awkward.dumped(live.server, "back") == awkward.dumped(live.server, "live")
    request = VerifyRequest(manifest=manifest, jobs=2, key=key, scratch=live.connection("postgres"))
    result = run_verify(live.repository, request, report=live.said.append, advance=ignore)
    assert (result.ok, result.findings) == (True, [])


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (None, "is encrypted with key .*: name its file in BACKUP_KEY_FILE"),
        (Key(b"x" * 32), "and BACKUP_KEY_FILE has key .*: name the file of the other one"),
    ],
)
def test_the_wrong_key_is_told_before_anything_is_touched(
    live: Bench, key: Key | None, message: str
) -> None:
    manifest = live.backup("live", key=Key(b"k" * 32))

    with pytest.raises(OpsError, match=message):
        live.restore(manifest, "back", key=key)

    assert live.server.databases() == ["live"]
