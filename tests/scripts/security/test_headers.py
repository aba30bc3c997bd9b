import pytest

from scripts.security import headers
from scripts.security.finding import Finding, Severity
from tests.services.nginx import nginx
from tests.services.ports import free_port

GOOD = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def server(sent: dict[str, str], *, tokens: str = "off", metrics: int = 404) -> str:
    added = "".join(f'add_header {name} "{value}" always;' for name, value in sent.items())
    locations = f"location /metrics {{ return {metrics}; }} location / {{ return 404; }}"
    return f"server_tokens {tokens}; {added} {locations}"


def scan(text: str, *, http_port: int | None = None) -> dict[str, Finding]:
    with nginx(text) as port:
        found = headers.scan("localhost", port, http_port=http_port)
    return {each.rule: each for each in found}


def test_the_platforms_own_headers_are_fine() -> None:
    assert scan(server(GOOD)) == {}


@pytest.mark.parametrize(
    ("name", "value", "rule", "severity"),
    [
        ("Strict-Transport-Security", "", "header-hsts", Severity.MEDIUM),
        ("Strict-Transport-Security", "max-age=300", "header-hsts", Severity.MEDIUM),
        ("X-Content-Type-Options", "", "header-nosniff", Severity.LOW),
        ("X-Frame-Options", "ALLOWALL", "header-frames", Severity.MEDIUM),
    ],
)
def test_a_header_that_is_missing_or_weak_is_found(
    name: str, value: str, rule: str, severity: Severity
) -> None:
    sent = {**GOOD, name: value} if value else {key: GOOD[key] for key in GOOD if key != name}
    found = scan(server(sent))
    assert {rule: severity} == {each.rule: each.severity for each in found.values()}


def test_a_content_security_policy_can_forbid_frames_too() -> None:
    sent = {key: GOOD[key] for key in GOOD if key != "X-Frame-Options"}
    assert scan(server({**sent, "Content-Security-Policy": "frame-ancestors 'none'"})) == {}


def test_a_version_that_is_told_is_found() -> None:
    found = scan(server(GOOD, tokens="on"))
    assert list(found) == ["header-version"]
    assert "(server: nginx/1." in found["header-version"].what


def test_metrics_that_everybody_can_read_are_found() -> None:
    assert list(scan(server(GOOD, metrics=200))) == ["metrics-public"]


def test_plain_http_has_to_lead_to_tls() -> None:
    with nginx("return 200;", tls=False) as port:
        assert list(scan(server(GOOD), http_port=port)) == ["http-plain"]
    with nginx("return 301 https://$host$request_uri;", tls=False) as port:
        assert scan(server(GOOD), http_port=port) == {}
    assert scan(server(GOOD), http_port=free_port()) == {}


def test_a_host_that_does_not_answer_is_a_finding() -> None:
    (found,) = headers.scan("localhost", free_port())
    assert found.rule == "http-unreachable"
