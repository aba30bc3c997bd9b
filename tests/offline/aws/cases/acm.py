"""Certificate Manager."""

from tests.offline.aws.account import NEW_TAGS, TAGS, Account, Case, MakeCase, State

TOKEN = "aws:acm/certificate:Certificate"


def a_certificate(account: Account) -> State:
    return account.create(
        TOKEN, domainName=f"{account.unique('app')}.example.org", validationMethod="DNS"
    )


def certificate(account: Account) -> Case:
    domain = f"{account.unique('app')}.example.org"
    return Case(
        token=TOKEN,
        inputs={
            "domainName": domain,
            "subjectAlternativeNames": [f"*.{domain}"],
            "validationMethod": "DNS",
            "tags": TAGS,
        },
        changes={"tags": NEW_TAGS},
        meddle=lambda state: account.client("acm").add_tags_to_certificate(
            CertificateArn=state["id"], Tags=[{"Key": "Sneaked", "Value": "in"}]
        ),
        drift={"tags": {**TAGS, "Sneaked": "in"}},
    )


def certificate_validation(account: Account) -> Case:
    requested = a_certificate(account)
    record = requested["domainValidationOptions"][0]["resourceRecordName"]
    return Case(
        token="aws:acm/certificateValidation:CertificateValidation",
        inputs={
            "certificateArn": requested["arn"],
            "validationRecordFqdns": [record.rstrip(".")],
        },
        meddle=lambda state: account.client("acm").delete_certificate(
            CertificateArn=requested["arn"]
        ),
        drift=None,
        untold=frozenset({"validationRecordFqdns"}),
        outlives=True,
    )


CASES: tuple[MakeCase, ...] = (certificate, certificate_validation)
