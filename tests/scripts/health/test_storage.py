import secrets
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from scripts.faults import is_missing
from scripts.health import storage
from scripts.health.check import State
from tests.services.object_store import ObjectStore


@pytest.fixture
def bucket(running_store: ObjectStore) -> str:
    name = f"health-{secrets.token_hex(4)}"
    running_store.create(name)
    return name


def test_a_bucket_that_can_be_listed_is_well(running_store: ObjectStore, bucket: str) -> None:
    (found,) = storage.bucket(running_store.client(), bucket, "media")
    assert (found.state, found.name) == (State.OK, "media bucket")


def test_a_bucket_that_is_not_there_is_told_by_the_library(running_store: ObjectStore) -> None:
    with pytest.raises(ClientError) as raised:
        storage.bucket(running_store.client(), "not-there", "media")
    assert is_missing(raised.value)


def test_without_a_finished_backup_it_is_critical(running_store: ObjectStore, bucket: str) -> None:
    running_store.client().put_object(Bucket=bucket, Key="database/1/dump.zst", Body=b"begun")

    (found,) = storage.backup_age(running_store.client(), bucket)

    assert found.state is State.CRITICAL
    assert found.detail == f"{bucket} has no finished backup: run `ops backup`"


@pytest.mark.parametrize(("hours", "state"), [(0, State.OK), (27, State.CRITICAL)])
def test_the_newest_backup_decides(
    running_store: ObjectStore,
    bucket: str,
    hours: int,
    state: State,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in (1, 2):
        running_store.client().put_object(
            Bucket=bucket, Key=f"database/{number}/manifest.json", Body=b"{}"
        )

    later = datetime.now(UTC) + timedelta(hours=hours)

    def of(_answer: object, _otherwise: datetime) -> datetime:
        return later

    monkeypatch.setattr(storage.clock, "of", of)
    (found,) = storage.backup_age(running_store.client(), bucket)

    assert found.state is state
    assert found.detail == f"the newest of 2 was finished {hours}.0 h ago"
