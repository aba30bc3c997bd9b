from pathlib import Path

import pytest

from scripts.faults import OpsError
from scripts.health import entry
from scripts.health.check import State
from tests.services.nginx import nginx
from tests.services.ports import free_port


def trusted(_host: str, _port: int) -> None:
    """Stand for an authority that has signed the certificate."""


@pytest.mark.parametrize(("status", "state"), [(200, State.OK), (503, State.CRITICAL)])
def test_the_health_checks_status_decides(status: int, state: State) -> None:
    with nginx(f"location /health {{ return {status}; }}", tls=False) as port:
        url = f"http://127.0.0.1:{port}/health"
        (found,) = entry.health_url(url)

    assert found.state is state
    assert found.detail.startswith(f"{url} answers {status} in ")


def test_a_redirect_is_no_health() -> None:
    with nginx("location /health { return 302 /login; }", tls=False) as port:
        (found,) = entry.health_url(f"http://127.0.0.1:{port}/health")
    assert found.state is State.CRITICAL


def test_an_application_that_does_not_answer_is_a_sentence() -> None:
    with pytest.raises(OpsError, match=r"^no answer: "):
        entry.health_url(f"http://127.0.0.1:{free_port()}/health")


@pytest.mark.parametrize(
    ("status", "state"), [(401, State.OK), (404, State.CRITICAL), (502, State.CRITICAL)]
)
def test_a_websocket_that_wants_credentials_is_alive(status: int, state: State) -> None:
    only_upgrades = f"if ($http_upgrade != websocket) {{ return 500; }} return {status};"
    with nginx(f"location /ws {{ {only_upgrades} }}", tls=False) as port:
        (found,) = entry.websocket(f"ws://127.0.0.1:{port}/ws")

    assert found.state is state
    assert found.detail.endswith(f"/ws answers {status} to an upgrade")


@pytest.mark.parametrize(
    ("days", "state", "detail"),
    [
        (60, State.OK, "localhost: 60 days left"),
        (15, State.WARNING, "localhost: 15 days left"),
        (3, State.CRITICAL, "localhost: 3 days left"),
        (-2, State.CRITICAL, "localhost: it has expired"),
    ],
)
def test_a_certificate_is_judged_by_the_days_that_are_left(
    days: float, state: State, detail: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry, "_fault", trusted)
    with nginx("", days=days) as port:
        (found,) = entry.certificate(f"https://localhost:{port}/health")

    assert (found.state, found.detail) == (state, detail)


def test_a_certificate_that_clients_refuse_is_critical() -> None:
    with nginx("", days=60) as port:
        (found,) = entry.certificate(f"https://localhost:{port}/health")

    assert found.state is State.CRITICAL
    assert found.detail == (
        "localhost: 60 days left, but clients refuse it: self-signed certificate"
    )


def test_an_authority_that_this_machine_trusts_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with nginx("location /health { return 200; }", days=60, folder=tmp_path) as port:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        url = f"https://localhost:{port}/health"
        found = [*entry.health_url(url), *entry.certificate(url)]

    assert [each.state for each in found] == [State.OK, State.OK]


def test_a_port_without_tls_is_a_sentence() -> None:
    with nginx("", tls=False) as port, pytest.raises(OpsError, match="does not speak TLS"):
        entry.certificate(f"https://localhost:{port}/health")


def test_plain_http_has_no_certificate_to_expire() -> None:
    (found,) = entry.certificate("http://localhost/health")
    assert found.state is State.SKIPPED
