import json
import re
import time
from pathlib import Path

import pytest

from scripts.drill import servers
from scripts.exit_codes import ExitCode
from scripts.failover import plan, procedure
from scripts.failover.plan import Course
from scripts.faults import OpsError
from tests.scripts.failover.conftest import Pair, is_primary, write, written

STOPPED = "true"
"""A fence command for a primary that is off already."""


def refused(pair: Pair, **more: object) -> OpsError:
    with pytest.raises(OpsError) as raised:
        procedure.fail_over(pair.request(**more), pair.said.append)
    return raised.value


def test_a_primary_that_answers_is_fenced_and_nothing_is_lost(pair: Pair) -> None:
    client = pair.primary.connect()
    write(pair.primary, 1)

    result = procedure.fail_over(pair.request(), pair.said.append)

    assert (result.changed, result.lost.size_bytes) == (True, 0)
    assert written(pair.standby) == {1}
    assert is_primary(pair.standby)
    assert not is_primary(pair.primary)
    with pytest.raises(Exception, match="terminating connection"):
        client.execute("SELECT 1")


def test_a_lost_primary_is_replaced_and_what_it_had_acknowledged_is_there(pair: Pair) -> None:
    write(pair.primary, 1)
    servers.kill(pair.primary)

    result = procedure.fail_over(pair.request(fence_command=STOPPED), pair.said.append)

    assert result.lost.size_bytes is not None
    assert written(pair.standby) == {1}
    assert is_primary(pair.standby)


def test_the_application_is_pointed_at_the_new_primary_and_told_once(pair: Pair) -> None:
    result = procedure.fail_over(pair.request(), pair.said.append)

    assert pair.env_file.read_text() == (
        f"# The application\nDB_HOST=127.0.0.1\nDB_PORT={pair.standby.port}\n"
        f"DATABASE_URL='{pair.standby.url()}' # ours\nSECRET_KEY=x=y\n"
    )
    assert pair.env_file.stat().st_mode & 0o777 == 0o640
    assert (pair.moved(), result.warnings) == (1, ())


def test_a_second_run_says_that_nothing_was_left_to_do(pair: Pair) -> None:
    procedure.fail_over(pair.request(), pair.said.append)

    result = procedure.fail_over(pair.request(), pair.said.append)

    assert not result.changed
    assert result.primary == f"127.0.0.1:{pair.standby.port}"
    assert pair.moved() == 1


def test_a_plan_touches_nothing(pair: Pair) -> None:
    before = pair.env_file.read_text()

    made = plan.make(pair.request())

    assert made.course is Course.TAKE_OVER
    assert procedure.steps(made, pair.request()) == [
        f"Make 127.0.0.1:{pair.primary.port} read-only and end its sessions.",
        f"Wait until 127.0.0.1:{pair.standby.port} has all that it has written.",
        f"Promote 127.0.0.1:{pair.standby.port} and wait until it takes writes.",
        f"Commit on 127.0.0.1:{pair.standby.port}.",
        f"Point DB_HOST and DATABASE_URL in {pair.env_file} at 127.0.0.1:{pair.standby.port}.",
        "Move the clients: `echo moved >>moved`.",
    ]
    assert is_primary(pair.primary)
    assert pair.env_file.read_text() == before
    assert not pair.log.exists()


def test_a_silent_primary_that_nobody_has_fenced_is_refused(pair: Pair) -> None:
    servers.kill(pair.primary)

    fault = refused(pair)

    assert fault.code == ExitCode.REFUSED
    assert str(fault) == (
        f"The primary 127.0.0.1:{pair.primary.port} does not answer, so it may still take writes "
        "from others or come back. Set FENCE_COMMAND to a command that ends it, or make sure "
        "yourself that it is off and stays off, and say so with --fenced-by-me."
    )
    assert not is_primary(pair.standby)


def test_the_operators_word_is_a_fence(pair: Pair) -> None:
    servers.kill(pair.primary)
    assert procedure.fail_over(pair.request(fenced_by_me=True), pair.said.append).changed


def test_a_fence_command_that_fails_promotes_nothing_and_lets_the_primary_go_on(
    pair: Pair,
) -> None:
    fault = refused(pair, fence_command="echo no route >&2; exit 7")

    assert str(fault) == (
        f"FENCE_COMMAND ended with 7 and said: no route. 127.0.0.1:{pair.primary.port} may still "
        "take writes; nothing was promoted."
    )
    assert is_primary(pair.primary)
    assert not is_primary(pair.standby)


def test_a_fence_command_ends_a_primary_that_answers_without_a_loss(pair: Pair) -> None:
    write(pair.primary, 1)
    process = servers.process_id(pair.primary)

    result = procedure.fail_over(
        pair.request(fence_command=f"kill -QUIT {process}"), pair.said.append
    )

    assert result.lost.size_bytes == 0
    assert written(pair.standby) == {1}
    assert servers.process_id(pair.primary) is None


def test_a_lag_above_the_allowed_is_refused_with_its_amount(pair: Pair) -> None:
    servers.stop(pair.standby)
    for number in range(100):
        write(pair.primary, number)
    servers.kill(pair.primary)
    servers.start(pair.standby)

    fault = refused(pair, fence_command=STOPPED, max_lag_bytes=1000)

    assert fault.code == ExitCode.REFUSED
    amount = re.search(r"To lose them: --max-lag-bytes (\d+)\.$", str(fault))
    assert amount
    assert not is_primary(pair.standby)
    told = pair.request(fence_command=STOPPED, max_lag_bytes=int(amount[1]))
    result = procedure.fail_over(told, pair.said.append)
    assert result.lost.size_bytes == int(amount[1])
    assert written(pair.standby) == set()


def test_a_loss_that_nobody_can_tell_is_refused_until_it_is_accepted(pair: Pair) -> None:
    servers.kill(pair.primary)

    fault = refused(pair, fence_command=STOPPED, primary_data=None)

    assert fault.code == ExitCode.REFUSED
    assert str(fault).startswith("Nobody can tell how much the standby lacks (unknown bytes, ")
    accepted = pair.request(fence_command=STOPPED, primary_data=None, accept_unknown_loss=True)
    assert procedure.fail_over(accepted, pair.said.append).changed


def test_a_standby_that_does_not_answer_is_told(pair: Pair) -> None:
    servers.kill(pair.standby)

    fault = refused(pair)

    assert fault.code == ExitCode.UNREACHABLE
    assert str(fault).startswith(f"The standby 127.0.0.1:{pair.standby.port} does not answer: ")
    assert is_primary(pair.primary)


def test_wrong_credentials_are_one_sentence_without_them(pair: Pair) -> None:
    wrong = {**pair.standby.connection(), "password": "wrong-horse"}

    fault = refused(pair, standby=wrong)

    assert fault.code == ExitCode.UNREACHABLE
    assert 'password authentication failed for user "messaging"' in str(fault)
    assert "horse" not in str(fault)
    assert "\n" not in str(fault)


def test_a_primary_that_keeps_us_out_is_not_taken_for_a_lost_one(pair: Pair) -> None:
    wrong = {**pair.primary.connection(), "password": "wrong-horse"}

    fault = refused(pair, primary=wrong)

    assert "does not let us in" in str(fault)
    assert is_primary(pair.primary)
    assert not is_primary(pair.standby)


def test_a_server_of_another_origin_is_no_standby(pair: Pair, tmp_path: Path) -> None:
    folder = servers.folder_for(pair.folder, "stranger")
    stranger = servers.create(folder, {**servers.SETTINGS, "fsync": "off"})
    try:
        fault = refused(pair, standby=stranger.connection())
    finally:
        servers.discard(stranger)

    assert fault.code == ExitCode.REFUSED
    assert "is no standby of" in str(fault)


def test_two_servers_that_take_writes_are_left_alone(pair: Pair) -> None:
    with pair.standby.connect() as session:
        session.execute("SELECT pg_promote()")

    fault = refused(pair)

    assert fault.code == ExitCode.REFUSED
    assert "both take writes" in str(fault)
    assert is_primary(pair.primary) and is_primary(pair.standby)


def test_a_role_with_a_setting_of_its_own_cannot_be_fenced_by_a_setting(pair: Pair) -> None:
    with pair.primary.connect() as session:
        session.execute("ALTER ROLE messaging SET default_transaction_read_only = off")

    fault = refused(pair)

    assert "cannot be made read-only for role messaging" in str(fault)
    assert is_primary(pair.primary)


def test_an_env_file_that_points_elsewhere_is_found_before_anything_is_touched(
    pair: Pair,
) -> None:
    pair.env_file.write_text("DB_HOST=pgbouncer\n")

    fault = refused(pair)

    assert fault.code == ExitCode.MISCONFIGURED
    assert str(fault).startswith("DB_HOST in .env is pgbouncer, neither of ")
    assert is_primary(pair.primary)


def test_clients_that_could_not_be_moved_are_moved_by_the_next_run(pair: Pair) -> None:
    fault = refused(pair, reconnect_command="echo busy >&2; exit 3")
    assert str(fault) == (
        "The database has failed over, but clients were not moved: `echo busy >&2; exit 3` ended "
        "with 3: busy. Run it by hand, or run this again."
    )

    result = procedure.fail_over(pair.request(), pair.said.append)

    assert result.changed
    assert pair.moved() == 1


def test_commits_do_not_wait_for_a_standby_that_is_no_more(pair: Pair) -> None:
    for server in (pair.standby, pair.primary):
        with server.connect() as session:
            session.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            session.execute("SELECT pg_reload_conf()")

    result = procedure.fail_over(pair.request(), pair.said.append)

    assert "synchronous_standby_names was emptied" in result.warnings[0]
    assert is_primary(pair.standby)


def test_every_failover_leaves_a_record(pair: Pair) -> None:
    procedure.fail_over(pair.request(), pair.said.append)

    lines = [json.loads(line) for line in pair.log.read_text().splitlines()]
    assert [line["event"] for line in lines] == ["begun", "promoting", "finished"]
    assert all(line["by"].startswith("ops failover by ") for line in lines)
    assert pair.standby.password not in pair.log.read_text()


def test_a_clock_that_jumps_ends_no_wait_early(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    jumps = iter(range(10**9))
    monkeypatch.setattr(time, "time", lambda: 4e9 - 1e8 * next(jumps))

    assert procedure.fail_over(pair.request(), pair.said.append).changed
