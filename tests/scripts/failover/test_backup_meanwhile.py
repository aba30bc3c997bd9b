"""A backup that runs while its primary is replaced."""

import secrets

from scripts.backup.dump import BackupRequest, run_backup
from scripts.backup.manifest import Manifest
from scripts.backup.repository import Repository
from scripts.backup.restore import RestoreRequest, run_restore
from scripts.backup.unload import Advance
from scripts.drill.servers import Server
from scripts.failover import procedure
from scripts.faults import explained
from tests.scripts.backup.conftest import ignore
from tests.scripts.failover.conftest import Pair, write
from tests.services.object_store import ObjectStore

LARGE = """
    CREATE TABLE large AS
    SELECT n, repeat(md5(n::text), 20) AS body FROM generate_series(1, 20000) n
"""


def back_up(
    repository: Repository, server: Server, said: list[str], advance: Advance = ignore
) -> Manifest:
    request = BackupRequest(
        connection=server.connection(), environment="test", jobs=2, chunk_bytes=64 << 10
    )
    return run_backup(repository, request, report=said.append, advance=advance)


def test_a_failover_during_a_backup_leaves_no_backup_and_the_next_one_is_whole(
    pair: Pair, running_store: ObjectStore
) -> None:
    with pair.primary.connect() as session:
        session.execute(LARGE.encode())
    write(pair.primary, 1)
    bucket = f"backups-{secrets.token_hex(4)}"
    running_store.create(bucket)
    repository = Repository(running_store.client, bucket)
    changed: list[bool] = []

    def fail_over(_done: int, _total: int) -> None:
        if not changed:
            changed.append(procedure.fail_over(pair.request(), pair.said.append).changed)

    fault: Exception | None = None
    try:
        back_up(repository, pair.primary, pair.said, fail_over)
    except Exception as error:
        fault = explained(error)

    assert changed == [True]
    assert fault is not None, "the session of the backup was ended"
    assert repository.listing().finished == []

    write(pair.standby, 2)
    made = back_up(repository, pair.standby, pair.said)
    connection = {**pair.standby.connection(), "dbname": "back"}
    request = RestoreRequest(connection=connection, manifest=made, jobs=2)
    restored = run_restore(repository, request, report=pair.said.append, advance=ignore)

    assert restored.rows == 20_002
