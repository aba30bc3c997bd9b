"""Systems Manager: parameters, documents and the associations that run them."""

import time
from collections.abc import Mapping
from typing import Any

from offline.aws.tags import retag
from offline.provider.api import ApiError, invoke
from offline.provider.convert import camel, pascal, tag_list, tag_map
from offline.provider.table import ID, Call, From, K, P, Read, Resource, Run, Scope

GONE = (
    "AssociationDoesNotExist",
    "DoesNotExistException",
    "InvalidDocument",
    "InvalidResourceId",
    "ParameterNotFound",
)


def tagging(kind: str) -> Run:
    """The step that tags a resource; Systems Manager asks for the kind beside the ID."""
    which = {"ResourceType": kind, "ResourceId": ID}
    return retag("add_tags_to_resource", "remove_tags_from_resource", which)


def tags_of(kind: str) -> Read:
    """The call that tells a resource's tags."""
    return Read(
        "list_tags_for_resource",
        {"ResourceType": kind, "ResourceId": ID},
        "@",
        {"tags": From("TagList || `[]`", tag_map)},
    )


def _overwrite(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    request = {
        "Name": new["id"],
        "Type": new["type"],
        "Value": new["value"],
        "Description": new.get("description", ""),
        "Overwrite": True,
    }
    invoke(client, "put_parameter", request)
    return {}


PARAMETER = Resource(
    token="aws:ssm/parameter:Parameter",
    service="ssm",
    create=Call(
        "put_parameter",
        {
            "Name": P("name"),
            "Type": P("type"),
            "Value": P("value"),
            "Description": P("description"),
            "Tags": P("tags", tag_list),
        },
    ),
    id="{name}",
    update=(
        Run(_overwrite, uses=(P("type"), P("value"), P("description", default=""))),
        tagging("Parameter"),
    ),
    read=(
        Read(
            "get_parameter",
            {"Name": ID, "WithDecryption": True},
            "Parameter",
            {
                "name": "Name",
                "type": "Type",
                "value": "Value",
                "version": "Version",
                "arn": "ARN",
            },
        ),
        Read(
            "describe_parameters",
            {"ParameterFilters": [{"Key": "Name", "Values": [ID]}]},
            "Parameters[0]",
            {"description": "Description || ''"},
        ),
        tags_of("Parameter"),
    ),
    delete=(Call("delete_parameter", {"Name": ID}),),
    changes_on_update=frozenset({"version"}),
    secret_outputs=frozenset({"value"}),
    gone=GONE,
)


def _new_version(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """Make a version with the new content, and make it the one that is run."""
    request = {
        "Name": new["id"],
        "Content": new["content"],
        "DocumentFormat": new.get("documentFormat", "JSON"),
        "DocumentVersion": "$LATEST",
        **({"TargetType": new["targetType"]} if "targetType" in new else {}),
    }
    made = invoke(client, "update_document", request)["DocumentDescription"]
    version = {"Name": new["id"], "DocumentVersion": made["DocumentVersion"]}
    invoke(client, "update_document_default_version", version)
    return {}


DOCUMENT = Resource(
    token="aws:ssm/document:Document",
    service="ssm",
    create=Call(
        "create_document",
        {
            "Name": P("name"),
            "Content": P("content"),
            "DocumentType": P("documentType"),
            "DocumentFormat": P("documentFormat"),
            "TargetType": P("targetType"),
            "Tags": P("tags", tag_list),
        },
    ),
    id="{name}",
    update=(
        Run(_new_version, uses=(P("content"),)),
        tagging("Document"),
    ),
    read=(
        Read(
            "describe_document",
            {"Name": ID},
            "Document",
            {
                "name": "Name",
                "documentType": "DocumentType",
                "documentFormat": "DocumentFormat",
                "targetType": "TargetType",
                "defaultVersion": "DefaultVersion",
                "latestVersion": "LatestVersion",
                "schemaVersion": "SchemaVersion",
            },
        ),
        Read("get_document", {"Name": ID}, "@", {"content": "Content"}),
        tags_of("Document"),
    ),
    delete=(Call("delete_document", {"Name": ID}),),
    changes_on_update=frozenset({"defaultVersion", "latestVersion"}),
    gone=GONE,
)


POLL_SECONDS = 0.1


def _succeed(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """Wait until the association has been run."""
    deadline = time.monotonic() + new["waitForSuccessTimeoutSeconds"]
    while True:
        answer = invoke(client, "describe_association", {"AssociationId": new["id"]})
        told = answer["AssociationDescription"]
        status = told["Overview"]["Status"]
        if status == "Success":
            return {}
        if status != "Pending" or time.monotonic() > deadline:
            why = told.get("Status", {}).get("Message", "the association did not succeed")
            raise ApiError("describe_association", status, why)
        time.sleep(POLL_SECONDS)


def _listed(parameters: Mapping[str, str]) -> dict[str, list[str]]:
    """A document's parameters are lists to the API, and text to a program."""
    return {name: [value] for name, value in parameters.items()}


def _single(parameters: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: values[0] for name, values in parameters.items()}


_ASSOCIATION = {
    "AssociationName": P("associationName"),
    "ComplianceSeverity": P("complianceSeverity"),
    "Parameters": P("parameters", _listed),
    "Targets": P("targets", pascal),
}

ASSOCIATION = Resource(
    token="aws:ssm/association:Association",
    service="ssm",
    create=Call(
        "create_association",
        {"Name": P("name"), **_ASSOCIATION, "Tags": P("tags", tag_list)},
        returns={"id": "AssociationDescription.AssociationId"},
    ),
    configure=(Run(_succeed, uses=(P("waitForSuccessTimeoutSeconds"),)),),
    update=(
        Call("update_association", {"AssociationId": ID, **_ASSOCIATION}),
        tagging("Association"),
    ),
    read=(
        Read(
            "describe_association",
            {"AssociationId": ID},
            "AssociationDescription",
            {
                "associationId": "AssociationId",
                "associationName": "AssociationName",
                "complianceSeverity": "ComplianceSeverity",
                "documentVersion": "DocumentVersion",
                "name": "Name",
                "parameters": From("Parameters", _single),
                "targets": From("Targets", camel),
            },
        ),
        tags_of("Association"),
    ),
    delete=(Call("delete_association", {"AssociationId": K("id")}),),
    options=frozenset({"waitForSuccessTimeoutSeconds"}),
    gone=GONE,
)

RESOURCES: tuple[Resource, ...] = (PARAMETER, DOCUMENT, ASSOCIATION)
