import psycopg
import pytest

from scripts.health import check
from scripts.health.check import Finding, State


def finding(state: State) -> Finding:
    return Finding(name="thing", state=state, detail="so")


def fail(error: Exception) -> list[Finding]:
    raise error


def test_findings_come_in_the_order_of_the_checks() -> None:
    found = check.run(
        {
            "a": lambda: [finding(State.OK), finding(State.WARNING)],
            "b": lambda: [finding(State.CRITICAL)],
        }
    )
    assert [each.state for each in found] == [State.OK, State.WARNING, State.CRITICAL]


def test_a_check_that_cannot_be_made_is_critical_and_the_others_go_on() -> None:
    found = check.run(
        {
            "database": lambda: fail(psycopg.OperationalError("connection refused")),
            "b": lambda: [finding(State.OK)],
        }
    )
    assert found[0] == Finding(
        name="database", state=State.CRITICAL, detail="PostgreSQL: connection refused."
    )
    assert found[1].state is State.OK


def test_a_fault_of_the_program_is_not_taken_for_a_finding() -> None:
    with pytest.raises(ZeroDivisionError):
        check.run({"a": lambda: fail(ZeroDivisionError())})


def test_the_worst_state_decides() -> None:
    states = [finding(State.OK), finding(State.SKIPPED), finding(State.WARNING)]
    assert check.worst(states) is State.WARNING
    assert check.worst([]) is State.SKIPPED
