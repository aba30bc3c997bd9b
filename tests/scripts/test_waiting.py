import pytest

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.waiting import until_so


def test_it_ends_as_soon_as_nothing_is_in_the_way() -> None:
    obstacles = iter(["not yet", "nearly", None, "never asked"])

    until_so(lambda: next(obstacles), seconds=60, what="It did not come")

    assert next(obstacles) == "never asked"


def test_it_ends_in_time_and_tells_the_last_obstacle() -> None:
    obstacles = iter([f"obstacle {number}." for number in range(1000)])

    with pytest.raises(OpsError, match=r"^It did not come within 1 s: obstacle \d+\.$") as raised:
        until_so(
            lambda: next(obstacles), seconds=0.6, what="It did not come", code=ExitCode.UNREACHABLE
        )

    assert raised.value.code == ExitCode.UNREACHABLE


def test_a_fault_is_not_waited_for() -> None:
    def look() -> str | None:
        raise OpsError("It is gone.", ExitCode.NOT_FOUND)

    with pytest.raises(OpsError, match="It is gone"):
        until_so(look, seconds=60, what="It did not come")
