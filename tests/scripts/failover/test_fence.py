"""A primary that is not off, cannot be closed or says nothing is never beside a new one."""

from dataclasses import replace

import pytest

from scripts.drill import servers
from scripts.exit_codes import ExitCode
from scripts.failover import fence, journal, observation, plan, procedure, promotion
from scripts.failover.plan import Request
from scripts.failover.waiting import until
from scripts.faults import OpsError
from scripts.postgresql import Session
from tests.scripts.failover.conftest import Pair, is_primary, write, written

WRONG = "wrong-horse"


def refused(pair: Pair, request: Request) -> OpsError:
    with pytest.raises(OpsError) as raised:
        procedure.fail_over(request, pair.said.append)
    return raised.value


def killed(_standby: Session) -> None:
    raise SystemExit


def detach(pair: Pair) -> None:
    """The standby receives nothing more, and the primary writes on."""
    with pair.standby.connect() as session:
        session.execute("ALTER SYSTEM SET primary_conninfo = ''")
        session.execute("SELECT pg_reload_conf()")
        while session.execute("SELECT 1 FROM pg_stat_wal_receiver").fetchone():
            pass
    for number in range(100):
        write(pair.primary, number)


def test_a_synchronous_standby_that_is_behind_after_all_is_no_licence_to_lose(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promotion, "RECEIVE_SECONDS", 0.5)
    detach(pair)

    fault = refused(pair, pair.request(synchronous=True, max_lag_bytes=0))

    assert "and 0 may be lost. To lose them: --max-lag-bytes " in str(fault)
    assert fault.code == ExitCode.REFUSED
    assert is_primary(pair.primary) and not is_primary(pair.standby)


def test_a_primary_that_answers_is_not_off_whatever_the_operator_says(pair: Pair) -> None:
    wrong = {**pair.primary.connection(), "password": WRONG}

    fault = refused(pair, pair.request(primary=wrong, fenced_by_me=True))

    assert str(fault).startswith(
        f"A server answers at 127.0.0.1:{pair.primary.port} and does not let us in (connection "
    )
    assert "so the primary is not off" in str(fault)
    assert WRONG not in str(fault)
    assert is_primary(pair.primary) and not is_primary(pair.standby)


def test_a_primary_that_comes_back_after_the_plan_is_not_off(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers.kill(pair.primary)
    answers = observation.answers
    began = journal.write

    def back_by_then(*arguments: object) -> None:
        if arguments[1] == journal.BEGUN:
            servers.start(pair.primary)
        began(*arguments)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(journal, "write", back_by_then)

    fault = refused(pair, pair.request(fenced_by_me=True))

    assert answers(pair.primary.connection())
    assert str(fault).startswith(f"A server answers at 127.0.0.1:{pair.primary.port}")
    assert is_primary(pair.primary) and not is_primary(pair.standby)


def test_a_promotion_that_an_earlier_run_asked_for_keeps_the_old_primary_closed(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        # The run is killed after it has asked, and before the standby heeds it.
        patch.setattr(promotion, "promote", killed)
        with pytest.raises(SystemExit):
            procedure.fail_over(pair.request(), pair.said.append)

    refused(pair, pair.request(fence_command="exit 7"))

    old, new = f"127.0.0.1:{pair.primary.port}", f"127.0.0.1:{pair.standby.port}"
    assert pair.said[-1] == (
        f"{old} stays read-only: {new} may be about to take writes. Run this again; only when "
        f"{new} is lost for good, on {old}: ALTER SYSTEM RESET default_transaction_read_only; "
        "SELECT pg_reload_conf();"
    )
    assert not is_primary(pair.primary)
    assert procedure.fail_over(pair.request(), pair.said.append).changed
    assert is_primary(pair.standby) and not is_primary(pair.primary)


def test_a_standby_that_has_been_restarted_has_forgotten_that_it_was_asked(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(promotion, "promote", killed)
        with pytest.raises(SystemExit):
            procedure.fail_over(pair.request(), pair.said.append)
    servers.stop(pair.standby)
    servers.start(pair.standby)

    refused(pair, pair.request(fence_command="exit 7"))

    assert is_primary(pair.primary) and not is_primary(pair.standby)


def test_a_standby_that_became_the_primary_meanwhile_keeps_the_old_one_closed(pair: Pair) -> None:
    promote = (
        f"psql --no-psqlrc -qAt '{pair.standby.url()}' -c 'SELECT pg_promote()' >/dev/null; exit 7"
    )

    fault = refused(pair, pair.request(fence_command=promote))

    assert str(fault).startswith("FENCE_COMMAND ended with 7")
    assert is_primary(pair.standby) and not is_primary(pair.primary)


def test_a_primary_that_cannot_be_closed_is_ended_by_the_fence_command(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(pair.primary, 1)
    process = servers.process_id(pair.primary)
    assert process
    # As on a full disk: ALTER SYSTEM cannot write its file.
    automatic = pair.primary.data / "postgresql.auto.conf.tmp"
    automatic.mkdir()

    fault = refused(pair, pair.request())
    done = procedure.fail_over(
        pair.request(fence_command=f"kill -QUIT {process}"), pair.said.append
    )

    assert str(fault).startswith(f"127.0.0.1:{pair.primary.port} could not be made read-only: ")
    assert str(fault).endswith("Set FENCE_COMMAND to a command that ends the server.")
    assert done.lost.size_bytes == 0
    assert written(pair.standby) == {1}
    assert servers.process_id(pair.primary) is None


def test_one_that_cannot_be_closed_is_not_ended_when_nobody_could_tell_the_loss(
    pair: Pair,
) -> None:
    (pair.primary.data / "postgresql.auto.conf.tmp").mkdir()

    fault = refused(pair, pair.request(fence_command="touch ended", primary_data=None))

    assert str(fault).startswith("Nobody can tell how much the standby lacks")
    assert is_primary(pair.primary) and not is_primary(pair.standby)


def test_a_server_that_takes_a_connection_and_says_nothing_keeps_us_out(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observation, "_ASK", f"SELECT pg_sleep(600); {'SELECT 1'}")
    monkeypatch.setattr(observation, "ANSWER_SECONDS", 0.5)

    seen = observation.observe(pair.primary.connection())

    assert (str(seen.role), seen.said) == ("does not let us in", "no answer within 0.5 s")


def test_a_fence_that_hangs_is_given_up(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fence, "_READ_ONLY", "SELECT pg_sleep(600)")
    monkeypatch.setattr(fence, "CLOSE_SECONDS", 0.5)

    fault = refused(pair, pair.request())

    assert "could not be made read-only: no answer within 0.5 s" in str(fault)
    assert is_primary(pair.primary) and not is_primary(pair.standby)


def test_a_fence_that_comes_late_is_taken_back(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    # Each reload leaves a row: that of the fence must not be one of them.
    monkeypatch.setattr(fence, "_READ_ONLY", "SELECT pg_sleep(1)")
    monkeypatch.setattr(fence, "_RELOAD", "INSERT INTO acknowledged VALUES (77)")
    monkeypatch.setattr(fence, "CLOSE_SECONDS", 0.5)

    refused(pair, pair.request())

    with pair.primary.connect() as session:

        def is_alone() -> bool:
            row = session.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'ops failover%'"
            ).fetchone()
            return row == (0,)

        assert until(is_alone, 60)
        reloads = session.execute("SELECT count(*) FROM acknowledged WHERE number = 77").fetchone()
    assert reloads == (1,), "the one that lets the primary go on"


def test_a_file_that_names_no_database_is_not_the_applications(pair: Pair) -> None:
    pair.env_file.write_text("POSTGRES_HOST=127.0.0.1\n")

    fault = refused(pair, pair.request())

    assert str(fault).startswith(f"{pair.env_file} has neither DB_HOST nor DATABASE_URL")
    assert fault.code == ExitCode.MISCONFIGURED
    assert is_primary(pair.primary)
    without = replace(pair.request(), env_file=None, reconnect_command=None)
    assert plan.make(without).refusal is None
