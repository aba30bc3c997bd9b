"""Listeners that answer plain text or old TLS are rejected."""

import pytest

from rules.listener_encryption import LISTENER_ENCRYPTION
from tests.policies.evaluate import UNKNOWN, Resource, violations
from tests.policies.factories import listener

REDIRECT = {"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443"}}
FORWARD = {"type": "forward", "targetGroupArn": UNKNOWN}
PLAIN = (
    "the listener answers plain HTTP, which anybody on the way can read. Let its default action "
    "redirect to HTTPS."
)


@pytest.mark.parametrize(
    "resource",
    [
        listener(),
        listener(sslPolicy="ELBSecurityPolicy-TLS13-1-3-2021-06"),
        listener(sslPolicy="ELBSecurityPolicy-TLS13-1-2-Res-2021-06", protocol="TLS"),
        listener(sslPolicy="ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04"),
        listener(sslPolicy="ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"),
        listener(sslPolicy="ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09"),
        listener(protocol="HTTP", sslPolicy=None, defaultActions=[REDIRECT]),
        listener(protocol="TCP", sslPolicy=None),
    ],
)
def test_tls_and_redirects_to_it_pass(resource: Resource) -> None:
    assert violations(LISTENER_ENCRYPTION, resource) == []


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        (None, "not set"),
        ("", "not set"),
        (1.0, "1.0"),
        ("ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-2016-08"),
        ("ELBSecurityPolicy-TLS13-1-0-2021-06", "ELBSecurityPolicy-TLS13-1-0-2021-06"),
        ("ELBSecurityPolicy-FS-1-1-2019-08", "ELBSecurityPolicy-FS-1-1-2019-08"),
        ("ELBSecurityPolicy-FS-1-2-2019-08", "ELBSecurityPolicy-FS-1-2-2019-08"),
        ("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", "ELBSecurityPolicy-TLS-1-2-Ext-2018-06"),
        ("ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06"),
        ("ELBSecurityPolicy-TLS13-1-2-", "ELBSecurityPolicy-TLS13-1-2-"),
    ],
)
@pytest.mark.parametrize("protocol", ["HTTPS", "TLS"])
def test_a_policy_that_takes_old_tls_or_weak_ciphers_is_rejected(
    protocol: str, policy: object, told: str
) -> None:
    assert violations(LISTENER_ENCRYPTION, listener(protocol=protocol, sslPolicy=policy)) == [
        f"sslPolicy is {told}, which may take TLS older than 1.2 or weak ciphers. "
        "Set it to ELBSecurityPolicy-TLS13-1-2-2021-06."
    ]


@pytest.mark.parametrize("protocol", ["HTTP", None])
@pytest.mark.parametrize(
    "actions",
    [
        None,
        [],
        [FORWARD],
        [REDIRECT, FORWARD],
        [{"type": "redirect", "redirect": {"protocol": "HTTP"}}],
        [{"type": "redirect"}],
        ["redirect"],
    ],
)
def test_plain_http_that_is_answered_is_rejected(protocol: object, actions: object) -> None:
    resource = listener(protocol=protocol, defaultActions=actions)
    assert violations(LISTENER_ENCRYPTION, resource) == [PLAIN]


def test_the_other_name_of_listeners_is_read_as_well() -> None:
    other = Resource(type="aws:alb/listener:Listener", properties={"protocol": "HTTP"})
    assert violations(LISTENER_ENCRYPTION, other) == [PLAIN]


@pytest.mark.parametrize("key", ["protocol", "sslPolicy"])
def test_a_value_unknown_at_preview_is_rejected(key: str) -> None:
    (message,) = violations(LISTENER_ENCRYPTION, listener(**{key: UNKNOWN}))
    assert message.startswith(f"{key} is not known yet at preview")
