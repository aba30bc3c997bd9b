import socket
from collections.abc import Generator

import pytest

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.security import ports
from tests.services.ports import free_port


@pytest.fixture
def listening() -> Generator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_that_is_open_and_should_not_be_is_found(listening: int) -> None:
    scanned = [listening, free_port()]

    (found,) = ports.scan("127.0.0.1", scanned=scanned)

    assert (found.rule, found.where) == ("port-open", f"127.0.0.1:{listening}")
    assert found.what == f"Port {listening} is open."


def test_a_port_that_may_be_open_is_no_finding(listening: int) -> None:
    assert ports.scan("127.0.0.1", scanned=[listening], allowed={listening}) == []


def test_a_host_that_drops_everything_is_done_in_bounded_time() -> None:
    # TEST-NET-1 is nobody's: no answer, or that there is no way.
    assert ports.scan("192.0.2.1", scanned=range(1, 1025), seconds=0.2) == []


def test_a_host_without_an_address_is_a_sentence() -> None:
    with pytest.raises(OpsError, match=r"^nowhere\.invalid has no address: ") as raised:
        ports.scan("nowhere.invalid")
    assert raised.value.code == ExitCode.NOT_FOUND


def test_every_port_of_the_platform_is_looked_at() -> None:
    assert {22, 5432, 6379, 8080, 8081, 9090, 9093, 3000, 26379} <= set(ports.SCANNED)
    assert set(ports.ALLOWED) == {80, 443}
