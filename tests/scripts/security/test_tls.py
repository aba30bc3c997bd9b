import socket
from collections.abc import Generator

import pytest
from sslyze.plugins.heartbleed_plugin import HeartbleedImplementation

from scripts.security import tls
from scripts.security.finding import Severity
from tests.services.nginx import nginx
from tests.services.ports import free_port

GUIDE = "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers HIGH:!aNULL:!MD5;"


@pytest.fixture(scope="module")
def good() -> Generator[int]:
    with nginx(GUIDE) as port:
        yield port


def rules(port: int) -> dict[str, str]:
    return {each.rule: each.what for each in tls.scan("localhost", port)}


def test_the_guides_configuration_is_fine_but_for_the_tests_own_certificate(good: int) -> None:
    assert rules(good) == {
        "tls-certificate-untrusted": (
            "The certificate is not one that clients trust for this name."
        )
    }


def test_old_protocols_are_found() -> None:
    old = "ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers ALL:@SECLEVEL=0;"
    with nginx(old) as port:
        found = [each for each in tls.scan("localhost", port) if each.rule == "tls-old-protocol"]

    assert [each.what for each in found] == ["TLS 1.0 is spoken.", "TLS 1.1 is spoken."]
    assert {each.severity for each in found} == {Severity.HIGH}
    assert found[0].where == f"localhost:{port}"


def test_weak_ciphers_are_found() -> None:
    weak = "ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-NULL-SHA:HIGH:!aNULL:@SECLEVEL=0;"
    with nginx(weak) as port:
        found = rules(port)["tls-weak-cipher"]
    assert "TLS_ECDHE_ECDSA_WITH_NULL_SHA" in found
    assert "AES" not in found


def test_a_server_without_a_modern_protocol_is_found() -> None:
    with nginx("ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;") as port:
        assert "tls-no-modern-protocol" in rules(port)


@pytest.mark.parametrize(
    ("days", "what"),
    [(10.5, "The certificate ends in 10 days."), (-1, "The certificate has expired.")],
)
def test_a_certificate_that_ends_is_found(days: float, what: str) -> None:
    with nginx(GUIDE, days=days) as port:
        assert rules(port) == {"tls-certificate-expires": what}


def test_a_port_without_tls_is_a_finding_and_no_fault() -> None:
    with nginx("", tls=False) as port:
        assert rules(port) == {"tls-unreachable": "TLS cannot be scanned: nobody speaks TLS there."}
    assert list(rules(free_port())) == ["tls-unreachable"]


def test_what_could_not_be_asked_is_a_finding(good: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(*_asked: object, **_more: object) -> None:
        raise ConnectionResetError("cut off")

    monkeypatch.setattr(HeartbleedImplementation, "result_for_completed_scan_jobs", cut_off)

    assert "heartbleed" in rules(good)["tls-not-checked"]


def test_a_name_that_is_not_known_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_asked: object, **_more: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    (found,) = tls.scan("nowhere.invalid", 443)
    assert found.what == "TLS cannot be scanned: its name is not known."
