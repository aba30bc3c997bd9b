"""Certificate Manager: certificates, and waiting until they are validated."""

from collections.abc import Mapping
from typing import Any

from offline.aws.tags import retag
from offline.provider.api import ApiError, invoke
from offline.provider.convert import tag_list, tag_map
from offline.provider.table import ID, Call, From, K, P, Read, Resource, Run, Scope

GONE = ("ResourceNotFoundException",)

PATIENCE = {"Delay": 1, "MaxAttempts": 60}
"""Seconds between questions, and how many. AWS may take half an hour; moto takes a second."""


def _other_names(certificate: Mapping[str, Any]) -> list[str]:
    """AWS counts the domain among its alternative names; programs do not."""
    names = certificate.get("SubjectAlternativeNames", [])
    return [name for name in names if name != certificate["DomainName"]]


def _validation_options(certificate: Mapping[str, Any]) -> list[dict[str, str]]:
    """The records that prove who owns the domains: the first domain's first, on every reading."""
    names = [certificate["DomainName"], *_other_names(certificate)]
    options = certificate.get("DomainValidationOptions", [])
    return [
        {
            "domainName": option["DomainName"],
            "resourceRecordName": option["ResourceRecord"]["Name"],
            "resourceRecordType": option["ResourceRecord"]["Type"],
            "resourceRecordValue": option["ResourceRecord"]["Value"],
        }
        for option in sorted(options, key=lambda option: names.index(option["DomainName"]))
    ]


CERTIFICATE = Resource(
    token="aws:acm/certificate:Certificate",
    service="acm",
    create=Call(
        "request_certificate",
        {
            "DomainName": P("domainName"),
            "SubjectAlternativeNames": P("subjectAlternativeNames"),
            "ValidationMethod": P("validationMethod"),
            "Tags": P("tags", tag_list),
        },
        returns={"id": "CertificateArn"},
    ),
    update=(
        retag(
            "add_tags_to_certificate",
            "remove_tags_from_certificate",
            {"CertificateArn": ID},
            keys_as=lambda keys: [{"Key": key} for key in keys],
            keys_name="Tags",
        ),
    ),
    read=(
        Read(
            "describe_certificate",
            {"CertificateArn": ID},
            "Certificate",
            {
                "domainName": "DomainName",
                "subjectAlternativeNames": From("@", _other_names),
                "validationMethod": "DomainValidationOptions[0].ValidationMethod",
                "domainValidationOptions": From("@", _validation_options),
                "arn": "CertificateArn",
                "status": "Status",
            },
        ),
        Read(
            "list_tags_for_certificate",
            {"CertificateArn": ID},
            "@",
            {"tags": From("Tags", tag_map)},
        ),
    ),
    delete=(Call("delete_certificate", {"CertificateArn": ID}),),
    gone=GONE,
)


def _wait_for_validation(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    certificate = {"CertificateArn": new["certificateArn"]}
    described = invoke(client, "describe_certificate", certificate)["Certificate"]
    expected = {
        option["resourceRecordName"].rstrip(".") for option in _validation_options(described)
    }
    given = {name.rstrip(".") for name in new.get("validationRecordFqdns", expected)}
    if missing := sorted(expected - given):
        raise ApiError(
            "validate certificate",
            "MissingRecord",
            f"validationRecordFqdns lacks {', '.join(missing)}, which ACM looks for",
        )
    waiter = client.get_waiter("certificate_validated")
    invoke(waiter, "wait", {**certificate, "WaiterConfig": PATIENCE})
    return {}


CERTIFICATE_VALIDATION = Resource(
    token="aws:acm/certificateValidation:CertificateValidation",
    service="acm",
    create=Run(_wait_for_validation, uses=(P("certificateArn"), P("validationRecordFqdns"))),
    id="{certificateArn}",
    read=(
        Read(
            "describe_certificate",
            {"CertificateArn": K("certificateArn")},
            "[Certificate][?Status == 'ISSUED'] | [0]",
            {"certificateArn": "CertificateArn"},
        ),
    ),
    # It is only a wait: nothing is there to be deleted.
    gone=GONE,
)

RESOURCES: tuple[Resource, ...] = (CERTIFICATE, CERTIFICATE_VALIDATION)
