"""Certificates: the records that validate them, and the wait for it."""

import re

import pytest

from offline.aws.acm import CERTIFICATE, CERTIFICATE_VALIDATION
from offline.provider.api import ApiError
from tests.offline.aws.account import Account
from tests.offline.aws.cases.acm import a_certificate


def test_the_first_validation_option_is_that_of_the_domain(account: Account) -> None:
    domain = f"{account.unique('app')}.example.org"

    state = account.create(
        CERTIFICATE.token,
        domainName=domain,
        subjectAlternativeNames=[f"{label}.{domain}" for label in "*abcdefgh"],
        validationMethod="DNS",
    )

    assert state["domainValidationOptions"][0]["domainName"] == domain


def test_a_validated_certificate_is_issued(account: Account) -> None:
    arn = a_certificate(account)["arn"]

    account.create(CERTIFICATE_VALIDATION.token, certificateArn=arn)

    described = account.client("acm").describe_certificate(CertificateArn=arn)
    assert described["Certificate"]["Status"] == "ISSUED"


def test_validation_by_the_wrong_record_is_refused_by_name(account: Account) -> None:
    certificate = a_certificate(account)
    record = certificate["domainValidationOptions"][0]["resourceRecordName"].rstrip(".")

    with pytest.raises(ApiError, match=rf"validationRecordFqdns lacks {re.escape(record)}, "):
        account.create(
            CERTIFICATE_VALIDATION.token,
            certificateArn=certificate["arn"],
            validationRecordFqdns=["other.example.org"],
        )
