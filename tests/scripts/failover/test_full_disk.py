"""A full disk under the record of failovers: nothing is begun, and what is begun is finished."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.exit_codes import ExitCode
from scripts.failover import plan, procedure
from scripts.failover.plan import Course, Request
from scripts.faults import OpsError
from tests.scripts.failover.conftest import Pair, is_primary, write, written
from tests.services.small_disk import small_disk


def fill(record: Path) -> Path:
    """Use up what is left of the disk that a record lies on; gives the file to remove."""
    ballast = record.with_name("ballast")
    # A file has the rest of its last page to itself.
    for file, piece in ((ballast, b"x" * 4096), (record, b"\n")):
        with pytest.raises(OSError, match="No space left"), file.open("ab", buffering=0) as handle:
            while True:
                handle.write(piece)
    return ballast


def when(beginning: str, act: Callable[[], object], said: list[str]) -> Callable[[str], None]:
    """Hear what is told, and act once a sentence begins like that."""

    def tell(sentence: str) -> None:
        said.append(sentence)
        if sentence.startswith(beginning):
            act()

    return tell


def recorded(pair: Pair, disk: Path) -> Request:
    return replace(pair.request(), log=disk / "failover.jsonl")


def test_without_room_for_its_record_a_failover_is_not_begun(pair: Pair) -> None:
    with small_disk(1) as disk:
        request = recorded(pair, disk)
        fill(request.log)
        with pytest.raises(OpsError, match="No space left on device") as raised:
            procedure.fail_over(request, pair.said.append)

    assert raised.value.code == ExitCode.MISCONFIGURED
    assert pair.said == []
    assert is_primary(pair.primary)
    assert not is_primary(pair.standby)


def test_a_disk_that_fills_up_during_a_failover_does_not_stop_it(pair: Pair) -> None:
    write(pair.primary, 1)
    with small_disk(1) as disk:
        request = recorded(pair, disk)
        full: list[Path] = []
        tell = when("Promoting", lambda: full.append(fill(request.log)), pair.said)

        result = procedure.fail_over(request, tell)

        (warning,) = result.warnings
        assert warning.startswith(
            "All is done but the record of it. The record of failovers cannot be written: "
            "[Errno 28] No space left on device"
        )
        assert written(pair.standby) == {1}
        assert is_primary(pair.standby)
        assert str(pair.standby.port) in pair.env_file.read_text()
        full[0].unlink()
        assert plan.make(request).course is Course.FINISH
        again = procedure.fail_over(request, pair.said.append)
        assert again.warnings == ()
        assert plan.make(request).course is Course.NOTHING


def test_why_a_failover_was_given_up_is_told_on_a_full_disk_too(pair: Pair) -> None:
    with small_disk(1) as disk:
        request = replace(recorded(pair, disk), fence_command="false")
        tell = when("Ending", lambda: fill(request.log), pair.said)

        with pytest.raises(OpsError, match="FENCE_COMMAND ended with 1") as raised:
            procedure.fail_over(request, tell)

    assert "record of failovers" not in str(raised.value)
    assert is_primary(pair.primary)
    assert not is_primary(pair.standby)
