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
    return build(identity)


def build(
    identity: Identity, *, zone_id: str | None = None, protect: bool = False, retain: bool = False
) -> Recording:
    args = CertificateArgs(
        identity=identity, domain=DOMAIN, zone_id=zone_id, protect=protect, retain=retain
    )
    return record(lambda: Certificate("certificate", args))


def test_it_is_one_zone_and_one_validated_certificate(built: Recording) -> None:
    assert built.counts() == {
        "messaging-app:aws:Certificate": 1,
        ZONE: 1,
        CERTIFICATE: 1,
        RECORD: 2,
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
    assert built.one(RECORD, "certificate-validation-record").inputs == {
        "zoneId": built.outputs["zone_id"],
        "name": option["resourceRecordName"],
        "type": option["resourceRecordType"],
        "records": [option["resourceRecordValue"]],
        "ttl": 300,
    }


def test_validation_waits_for_the_record(built: Recording) -> None:
    validation = built.one(VALIDATION)
    assert validation.inputs["validationRecordFqdns"] == ["_token.chat.example.com"]
    assert built.one(RECORD, "certificate-validation-record").urn in validation.request.dependencies


def test_the_name_servers_to_delegate_to_are_given(built: Recording) -> None:
    assert built.outputs["name_servers"] == ["ns-1.example.net", "ns-2.example.org"]


def test_the_arn_is_that_of_the_validated_certificate(built: Recording) -> None:
    assert built.outputs["arn"] == built.one(VALIDATION).inputs["certificateArn"]


def test_nobody_but_certificate_manager_may_issue_certificates_for_the_domain(
    built: Recording,
) -> None:
    assert built.one(RECORD, "certificate-authorities").inputs == {
        "zoneId": built.outputs["zone_id"],
        "name": DOMAIN,
        "type": "CAA",
        "records": ['0 issue "amazon.com"', '0 issuewild "amazon.com"'],
        "ttl": 300,
    }


@pytest.fixture(scope="module")
def in_the_zone_of_another(identity: Identity) -> Recording:
    return build(identity, zone_id="ZOTHER")


def test_a_zone_of_another_stack_gets_the_validation_record_and_nothing_else(
    in_the_zone_of_another: Recording,
) -> None:
    built = in_the_zone_of_another
    assert built.counts() == {
        "messaging-app:aws:Certificate": 1,
        CERTIFICATE: 1,
        RECORD: 1,
        VALIDATION: 1,
    }
    assert built.one(RECORD).inputs["zoneId"] == "ZOTHER"
    assert (built.outputs["zone_id"], built.outputs["name_servers"]) == ("ZOTHER", [])


def test_a_validation_record_that_two_stacks_share_is_taken_over_and_left_behind(
    built: Recording, in_the_zone_of_another: Recording
) -> None:
    shared = in_the_zone_of_another.one(RECORD)
    assert shared.inputs["allowOverwrite"] is True
    assert shared.request.retainOnDelete is True
    assert not any(each.request.retainOnDelete for each in built.all(RECORD))


def test_a_zone_stays_with_what_another_stack_needs_of_it(identity: Identity) -> None:
    built = build(identity, protect=True, retain=True)
    assert built.one(ZONE).request.protect
    assert {each.name for each in built.resources if each.request.retainOnDelete} == {
        "certificate-zone",
        "certificate-authorities",
        "certificate-validation-record",
    }
