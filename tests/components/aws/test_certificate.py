"""The certificate covers the domain and its names, and is handed out only once validated."""

import pytest

from components.aws.certificate import Certificate, CertificateArgs
from components.identity import Identity
from tests.components.recording import COMPUTED, Recording, record

DOMAIN = "chat.example.com"
CERTIFICATE = "aws:acm/certificate:Certificate"
RECORD = "aws:route53/record:Record"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
ZONE = "aws:route53/zone:Zone"


@pytest.fixture(scope="module")
def built(identity: Identity) -> Recording:
    args = CertificateArgs(identity=identity, domain=DOMAIN)
    return record(lambda: Certificate("certificate", args))


def test_it_is_one_zone_and_one_validated_certificate(built: Recording) -> None:
    assert built.counts() == {
        "messaging-app:aws:Certificate": 1,
        ZONE: 1,
        CERTIFICATE: 1,
        RECORD: 1,
        VALIDATION: 1,
    }


def test_children_belong_to_it_and_are_tagged(built: Recording) -> None:
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_the_certificate_covers_the_domain_and_the_names_below_it(built: Recording) -> None:
    certificate = built.one(CERTIFICATE).inputs
    assert certificate["domainName"] == DOMAIN
    assert certificate["subjectAlternativeNames"] == [f"*.{DOMAIN}"]
    assert certificate["validationMethod"] == "DNS"


def test_the_zone_is_public_and_of_the_domain(built: Recording) -> None:
    zone = built.one(ZONE).inputs
    assert zone["name"] == DOMAIN
    assert "vpcs" not in zone


def test_the_record_in_the_zone_answers_acms_question(built: Recording) -> None:
    option = COMPUTED[CERTIFICATE]["domainValidationOptions"][0]
    assert built.one(RECORD).inputs == {
        "zoneId": built.outputs["zone_id"],
        "name": option["resourceRecordName"],
        "type": option["resourceRecordType"],
        "records": [option["resourceRecordValue"]],
        "ttl": 300,
    }


def test_validation_waits_for_the_record(built: Recording) -> None:
    validation = built.one(VALIDATION)
    assert validation.inputs["validationRecordFqdns"] == ["_token.chat.example.com"]
    assert built.one(RECORD).urn in validation.request.dependencies


def test_the_name_servers_to_delegate_to_are_given(built: Recording) -> None:
    assert built.outputs["name_servers"] == ["ns-1.example.net", "ns-2.example.org"]


def test_the_arn_is_that_of_the_validated_certificate(built: Recording) -> None:
    assert built.outputs["arn"] == built.one(VALIDATION).inputs["certificateArn"]
