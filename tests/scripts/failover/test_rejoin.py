import os
import re
from pathlib import Path

import pytest

from scripts.drill import servers
from scripts.exit_codes import ExitCode
from scripts.failover import divergence, procedure, rejoin
from scripts.failover.divergence import RejoinRequest
from scripts.failover.pointing import Address
from scripts.failover.waiting import until
from scripts.faults import OpsError
from tests.scripts.failover.conftest import Pair, write, written

NOBODYS = 54_321
"""A user that has no name on this machine, as that of a container."""


def request(pair: Pair, **more: object) -> RejoinRequest:
    known: dict[str, object] = {
        "data": pair.primary.data,
        "primary": pair.standby.connection(),
        "log": pair.log,
        "start_command": servers.start_command(pair.primary),
        "address": Address(host="127.0.0.1", port=str(pair.primary.port)),
        "env_file": pair.env_file,
    }
    return RejoinRequest(**{**known, **more})  # pyright: ignore[reportArgumentType]


def fail_over(pair: Pair) -> None:
    procedure.fail_over(pair.request(fence_command="true"), pair.said.append)


def has(server: servers.Server, numbers: set[int]) -> bool:
    return until(lambda: servers.is_up(server) and written(server) == numbers, 60)


def test_a_killed_primary_comes_back_as_the_standby(pair: Pair) -> None:
    servers.stop(pair.standby)
    write(pair.primary, 1)
    servers.kill(pair.primary)
    servers.start(pair.standby)
    fail_over(pair)
    write(pair.standby, 2)
    until(lambda: servers.process_id(pair.primary) is None, 60)

    made = divergence.make(request(pair))
    kept = rejoin.rejoin(request(pair), pair.said.append)

    assert made.refusal is None and made.diverged_bytes
    assert has(pair.primary, {2})
    assert kept and any(kept.iterdir()), "what only the old primary had is set aside"


def test_a_primary_that_was_fenced_by_a_setting_follows_without_it(pair: Pair) -> None:
    procedure.fail_over(pair.request(), pair.said.append)
    pair.env_file.write_text(f"DATABASE_REPLICA_URL={pair.standby.url()}\n")

    rejoin.rejoin(request(pair), pair.said.append)

    write(pair.standby, 3)
    assert has(pair.primary, {3})
    with pair.primary.connect() as session:
        query = "SHOW default_transaction_read_only"
        assert session.execute(query).fetchone() == ("off",)
    assert pair.env_file.read_text() == f"DATABASE_REPLICA_URL={pair.primary.url()}\n"


def test_a_pair_fails_over_and_back(pair: Pair) -> None:
    procedure.fail_over(pair.request(), pair.said.append)
    rejoin.rejoin(request(pair), pair.said.append)
    write(pair.standby, 4)

    back = pair.request(primary=pair.standby.connection(), standby=pair.primary.connection())
    assert procedure.fail_over(back, pair.said.append).lost.size_bytes == 0
    assert written(pair.primary) == {4}


class CutOff(BaseException):
    """What ends a run between two of its steps."""


def cut_off(*_: object) -> None:
    raise CutOff


@pytest.mark.parametrize("before", ["_configure", "_start"])
def test_a_run_that_was_cut_off_after_rewinding_goes_on(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    procedure.fail_over(pair.request(), pair.said.append)
    with monkeypatch.context() as patched, pytest.raises(CutOff):
        patched.setattr(rejoin, before, cut_off)
        rejoin.rejoin(request(pair), pair.said.append)
    assert (pair.primary.data / "standby.signal").exists()

    made = divergence.make(request(pair))
    rejoin.rejoin(request(pair), pair.said.append)

    write(pair.standby, 5)
    assert (made.rewound, made.running, made.diverged_bytes) == (True, False, 0)
    assert has(pair.primary, {5})


def test_a_standby_that_runs_is_left_alone(pair: Pair) -> None:
    procedure.fail_over(pair.request(), pair.said.append)
    rejoin.rejoin(request(pair), pair.said.append)

    with pytest.raises(OpsError, match="is a standby already; its log says whether it follows"):
        rejoin.rejoin(request(pair), pair.said.append)


def test_a_plan_touches_nothing_and_says_what_would_be_done(pair: Pair) -> None:
    procedure.fail_over(pair.request(), pair.said.append)

    made = divergence.make(request(pair))

    assert divergence.steps(made, request(pair))[0] == f"Stop the server in {pair.primary.data}."
    assert servers.process_id(pair.primary)
    assert not (pair.primary.data / "standby.signal").exists()


def test_data_that_cannot_be_rewound_are_refused_with_the_way_to_build_them_anew(
    pair: Pair,
) -> None:
    servers.stop(pair.primary)
    servers.configure(pair.primary, {"wal_log_hints": "off"})
    servers.start(pair.primary)
    servers.wait_for_stream(pair.primary)
    servers.stop(pair.standby)
    write(pair.primary, 1)
    servers.stop(pair.primary)
    servers.start(pair.standby)
    fail_over(pair)

    with pytest.raises(OpsError) as raised:
        rejoin.rejoin(request(pair), pair.said.append)

    assert raised.value.code == ExitCode.REFUSED
    assert "it has neither wal_log_hints nor data checksums" in str(raised.value)
    assert str(raised.value).endswith(
        f"mv {pair.primary.data} {pair.primary.data}.old && pg_basebackup -D {pair.primary.data} "
        f"-h 127.0.0.1 -p {pair.standby.port} -U messaging -R -X stream -C -S rejoined "
        "--checkpoint=fast"
    )


def test_the_new_primarys_own_data_are_refused(pair: Pair) -> None:
    procedure.fail_over(pair.request(), pair.said.append)

    with pytest.raises(OpsError) as raised:
        rejoin.rejoin(request(pair, data=pair.standby.data), pair.said.append)

    assert raised.value.code == ExitCode.REFUSED
    assert servers.is_up(pair.standby)


def test_a_folder_without_data_is_told(pair: Pair, tmp_path: Path) -> None:
    with pytest.raises(OpsError) as raised:
        divergence.make(request(pair, data=tmp_path))

    assert raised.value.code == ExitCode.NOT_FOUND


@pytest.mark.skipif(os.getuid() != 0, reason="only root acts as somebody else")
def test_data_of_a_user_without_a_name_come_back(pair: Pair) -> None:
    procedure.fail_over(pair.request(), pair.said.append)
    servers.stop(pair.primary)
    for path in [pair.primary.folder, *pair.primary.folder.rglob("*")]:
        os.chown(path, NOBODYS, NOBODYS, follow_symlinks=False)

    with pair.standby.connect() as session:
        session.execute('CREATE DATABASE "it\'s"')
    # Whoever else starts it may not read these data.
    start = re.sub(r"(re[ug]id)=\w+", rf"\1={NOBODYS}", servers.start_command(pair.primary))
    connection = pair.standby.connection("it's")

    try:
        rejoin.rejoin(request(pair, primary=connection, start_command=start), pair.said.append)
        write(pair.standby, 6)
        assert has(pair.primary, {6})
    finally:
        servers.kill(pair.primary)


@pytest.mark.parametrize("number", [1, os.getpid()], ids=["init", "ours"])
def test_a_number_that_is_somebody_elses_by_now_is_not_signalled(pair: Pair, number: int) -> None:
    procedure.fail_over(pair.request(), pair.said.append)
    servers.stop(pair.primary)
    file = pair.primary.data / "postmaster.pid"
    file.write_text(f"{number}\n{pair.primary.data}\n")

    with pytest.raises(OpsError, match=f"names process {number}, which is no server") as raised:
        rejoin.rejoin(request(pair), pair.said.append)
    assert raised.value.code == ExitCode.REFUSED
    file.unlink()
    rejoin.rejoin(request(pair), pair.said.append)

    write(pair.standby, 7)
    assert has(pair.primary, {7})


def test_a_server_that_counts_its_processes_otherwise_is_to_be_stopped_by_hand(pair: Pair) -> None:
    procedure.fail_over(pair.request(), pair.said.append)
    file = pair.primary.data / "postmaster.pid"
    told = file.read_text()
    file.write_text(told.replace(told.splitlines()[0], "1", 1))

    try:
        with pytest.raises(OpsError, match="it may be one in a container") as raised:
            rejoin.rejoin(request(pair), pair.said.append)
    finally:
        file.write_text(told)

    assert raised.value.code == ExitCode.REFUSED
    assert servers.is_up(pair.primary)
