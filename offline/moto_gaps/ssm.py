"""What moto lacks of Systems Manager."""

import json
from collections.abc import Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random
from moto.ssm.exceptions import DoesNotExistException, InvalidResourceId, SSMException
from moto.ssm.models import FakePatchGroup, SimpleSystemManagerBackend
from moto.ssm.responses import SimpleSystemManagerResponse

from offline.moto_gaps import automation
from offline.moto_gaps.gap import Addition, Correction, Method, Moto

ASSOCIATION = (
    "Name",
    "AssociationName",
    "ComplianceSeverity",
    "DocumentVersion",
    "MaxConcurrency",
    "MaxErrors",
    "Parameters",
    "ScheduleExpression",
    "Targets",
)
"""What a request says of an association; AWS tells the same again."""


def _associations(backend: Moto) -> dict[str, dict[str, Any]]:
    held: dict[str, dict[str, Any]] = getattr(backend, "associations", {})
    backend.associations = held
    return held


def _association(response: Moto) -> dict[str, Any]:
    found = _associations(response.ssm_backend).get(response._get_param("AssociationId"))
    if found is None:
        raise SSMException("AssociationDoesNotExist", "The association does not exist.")
    return found


def _asked(response: Moto) -> dict[str, Any]:
    given = {name: response._get_param(name) for name in ASSOCIATION}
    return {name: value for name, value in given.items() if value is not None}


def create_association(response: Moto) -> ActionResult:
    """Remember an association. No agent runs commands: those succeed at once."""
    identifier = str(mock_random.uuid4())
    now = utcnow()
    association = {
        "AssociationId": identifier,
        "AssociationVersion": "1",
        "DocumentVersion": "$DEFAULT",
        **_asked(response),
        "Date": now,
        "LastUpdateAssociationDate": now,
        "Overview": {"Status": "Success", "DetailedStatus": "Success"},
    }
    _associations(response.ssm_backend)[identifier] = association
    tags = {tag["Key"]: tag["Value"] for tag in response._get_param("Tags", [])}
    response.ssm_backend._resource_tags["Association"][identifier].update(tags)
    _automate(response, association)
    return ActionResult({"AssociationDescription": association})


def _automate(response: Moto, association: dict[str, Any]) -> None:
    """Carry out the document of an association, if it is an Automation."""
    documents = response.ssm_backend._documents.get(association["Name"])
    if documents is None or documents.get_default_version().document_type != "Automation":
        return
    uri: str = response.uri
    association["Overview"] = {"Status": "Pending", "DetailedStatus": "Creating"}

    def ended(fault: str | None) -> None:
        status = "Failed" if fault else "Success"
        association["Status"] = {"Name": status, "Message": fault or "", "Date": utcnow()}
        association["Overview"] = {"Status": status, "DetailedStatus": status}

    automation.start(
        json.loads(documents.get_default_version().content),
        association.get("Parameters", {}),
        endpoint_url=f"http://{urlsplit(uri).netloc}",
        region=response.region,
        ended=ended,
    )


def describe_association(response: Moto) -> ActionResult:
    """Tell what was asked for, and how it went."""
    return ActionResult({"AssociationDescription": _association(response)})


def list_associations(response: Moto) -> ActionResult:
    """Tell of all of them on one page."""
    return ActionResult({"Associations": list(_associations(response.ssm_backend).values())})


def update_association(response: Moto) -> ActionResult:
    """Make a new version, in which nothing is left of the old one but its document."""
    old = _association(response)
    version = str(int(old["AssociationVersion"]) + 1)
    kept = {name: value for name, value in old.items() if name not in ASSOCIATION}
    new = {**kept, "Name": old["Name"], **_asked(response), "AssociationVersion": version}
    _associations(response.ssm_backend)[old["AssociationId"]] = new
    return ActionResult({"AssociationDescription": new})


def delete_association(response: Moto) -> EmptyResult:
    """Forget it."""
    del _associations(response.ssm_backend)[_association(response)["AssociationId"]]
    return EmptyResult()


WINDOW = {
    "Name": "name",
    "Description": "description",
    "Schedule": "schedule",
    "ScheduleTimezone": "schedule_timezone",
    "Duration": "duration",
    "Cutoff": "cutoff",
}
BASELINE = {
    "Name": "name",
    "Description": "description",
    "ApprovalRules": "approval_rules",
    "ApprovedPatchesComplianceLevel": "approved_patches_compliance_level",
}


def _change(response: Moto, changed: Moto, attributes: Mapping[str, str]) -> None:
    for asked, attribute in attributes.items():
        value = response._get_param(asked)
        if value is not None:
            setattr(changed, attribute, value)


def update_maintenance_window(response: Moto) -> ActionResult:
    """Change what the request names of a maintenance window."""
    window = response.ssm_backend.get_maintenance_window(response._get_param("WindowId"))
    _change(response, window, WINDOW)
    return ActionResult(window.to_json())


def _baseline(response: Moto) -> Moto:
    identifier = response._get_param("BaselineId")
    if identifier not in response.ssm_backend.baselines:
        raise DoesNotExistException(identifier)
    return response.ssm_backend.baselines[identifier]


def _told(baseline: Moto) -> dict[str, Any]:
    listed = baseline.to_json()
    return {**listed, "Name": baseline.name, "Description": baseline.description}


def get_patch_baseline(response: Moto) -> ActionResult:
    """Tell a patch baseline with its rules, which the list leaves out."""
    return ActionResult(_told(_baseline(response)))


def update_patch_baseline(response: Moto) -> ActionResult:
    """Change what the request names of a patch baseline."""
    baseline = _baseline(response)
    _change(response, baseline, BASELINE)
    return ActionResult(_told(baseline))


def describe_patch_groups(response: Moto) -> ActionResult:
    """Which patch group follows which of the account's own baselines."""
    backend = response.ssm_backend
    mappings = [
        {
            "PatchGroup": group.name,
            "BaselineIdentity": {"BaselineId": identifier, "OperatingSystem": system},
        }
        for group in backend.patch_groups.values()
        for system, identifier in group.associations.items()
        if identifier in backend.baselines
    ]
    return ActionResult({"Mappings": mappings})


def _back_to_the_default(deregister: Method) -> Method:
    """moto leaves a patch group with the baseline that it was to lose."""

    @wraps(deregister)
    def wrapper(backend: Moto, baseline_id: str, patch_group: str) -> tuple[str, str]:
        fresh: Moto = FakePatchGroup(patch_group, backend.region_name)
        for group in backend.patch_groups.values():
            for system, identifier in list(group.associations.items()):
                if (group.name, identifier) == (patch_group, baseline_id):
                    group.associations[system] = fresh.associations[system]
        return baseline_id, patch_group

    return wrapper


def _missing_by_name(deregister: Method) -> Method:
    """moto breaks when what is to go is not there; AWS says so."""

    @wraps(deregister)
    def wrapper(backend: Moto, *args: Any, **kwargs: Any) -> Any:
        try:
            return deregister(backend, *args, **kwargs)
        except KeyError as error:
            raise DoesNotExistException(str(error.args[0])) from error

    return wrapper


def _also_of_baselines(validate: Method) -> Method:
    """moto knows no tags of patch baselines and associations."""

    @wraps(validate)
    def wrapper(backend: Moto, resource_type: str, resource_id: str) -> str:
        known: dict[str, Any] = {
            "Association": _associations(backend),
            "PatchBaseline": backend.baselines,
        }
        if resource_type not in known:
            return validate(backend, resource_type, resource_id)
        if resource_id not in known[resource_type]:
            raise InvalidResourceId
        return resource_id

    return wrapper


ADDED: tuple[Addition, ...] = tuple(
    (SimpleSystemManagerResponse, method)
    for method in (
        create_association,
        describe_association,
        list_associations,
        update_association,
        delete_association,
        update_maintenance_window,
        get_patch_baseline,
        update_patch_baseline,
        describe_patch_groups,
    )
)

CORRECTED: tuple[Correction, ...] = (
    (SimpleSystemManagerBackend, "_validate_resource_type_and_id", _also_of_baselines),
    (
        SimpleSystemManagerBackend,
        "deregister_patch_baseline_for_patch_group",
        _back_to_the_default,
    ),
    (SimpleSystemManagerBackend, "delete_patch_baseline", _missing_by_name),
    (SimpleSystemManagerBackend, "deregister_target_from_maintenance_window", _missing_by_name),
    (SimpleSystemManagerBackend, "deregister_task_from_maintenance_window", _missing_by_name),
)
