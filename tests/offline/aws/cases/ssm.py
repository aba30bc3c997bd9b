"""Systems Manager: parameters, documents and associations."""

import json

from tests.offline.aws.account import NEW_TAGS, TAGS, Account, Case, MakeCase


def document_text(*commands: str) -> str:
    """A document that runs commands."""
    step = {"action": "aws:runShellScript", "name": "run", "inputs": {"runCommand": commands}}
    parameters = {"image": {"type": "String", "description": "An image."}}
    return json.dumps(
        {
            "schemaVersion": "2.2",
            "description": "Runs commands.",
            "parameters": parameters,
            "mainSteps": [step],
        }
    )


def parameter(account: Account) -> Case:
    return Case(
        token="aws:ssm/parameter:Parameter",
        inputs={
            "name": account.unique("/messaging-app/test/image"),
            "type": "String",
            "value": "none",
            "description": "Image",
            "tags": TAGS,
        },
        changes={
            "type": "SecureString",
            "value": "messaging-app/api:1.0.0",
            "description": "Image that ran last",
            "tags": NEW_TAGS,
        },
        meddle=lambda state: account.client("ssm").put_parameter(
            Name=state["id"], Value="other", Overwrite=True
        ),
        drift={"value": "other"},
    )


def document(account: Account) -> Case:
    return Case(
        token="aws:ssm/document:Document",
        inputs={
            "name": account.unique("messaging-app-test-migrate"),
            "documentType": "Command",
            "documentFormat": "JSON",
            "targetType": "/AWS::EC2::Instance",
            "content": document_text("true"),
            "tags": TAGS,
        },
        changes={"content": document_text("false"), "tags": NEW_TAGS},
        meddle=lambda state: account.client("ssm").delete_document(Name=state["id"]),
        drift=None,
    )


def association(account: Account) -> Case:
    name = account.unique("messaging-app-test-run")
    account.create(
        "aws:ssm/document:Document",
        name=name,
        documentType="Command",
        content=document_text("true"),
    )
    return Case(
        token="aws:ssm/association:Association",
        inputs={
            "name": name,
            "associationName": name,
            "complianceSeverity": "HIGH",
            "parameters": {"image": "messaging-app/api:1.0.0"},
            "targets": [{"key": "InstanceIds", "values": ["i-0123456789abcdef0"]}],
            "waitForSuccessTimeoutSeconds": 60,
            "tags": TAGS,
        },
        changes={
            "associationName": f"{name}-again",
            "complianceSeverity": "CRITICAL",
            "parameters": {"image": "messaging-app/api:2.0.0"},
            "targets": [{"key": "InstanceIds", "values": ["i-0123456789abcdef1"]}],
            "waitForSuccessTimeoutSeconds": 90,
            "tags": NEW_TAGS,
        },
        meddle=lambda state: account.client("ssm").delete_association(AssociationId=state["id"]),
        drift=None,
    )


CASES: tuple[MakeCase, ...] = (parameter, document, association)
