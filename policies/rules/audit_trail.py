"""CloudTrail records every region, encrypted, and so that a change would show."""

from collections.abc import Callable, Iterator, Mapping

from evaluation.levels import Severity
from evaluation.properties import entries, is_given, is_off, is_true, value_at
from evaluation.references import cis, fsbp, guide, pci
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule

TRAIL = "aws:cloudtrail/trail:Trail"

WANTED = {
    "isMultiRegionTrail": "what happens in other regions is not recorded",
    "enableLogFileValidation": "nobody can tell whether the record was changed",
}


def check(resource: Resource) -> Iterator[str]:
    """Reject trails with gaps, without a key, or that are switched off."""
    for flag, harm in WANTED.items():
        if not is_true(value_at(resource.props, flag)):
            yield f"{flag} is not true, so {harm}. Set it to true."
    if not is_given(resource.props, "kmsKeyId"):
        yield (
            "kmsKeyId is not set, so whoever reads the bucket reads the record. Set it to a key of "
            "the stack."
        )
    # The resource is there to record, so absent means true.
    logging = value_at(resource.props, "enableLogging")
    if logging is not None and is_off(logging):
        yield "enableLogging is off, so nothing is recorded. Set it to true."
    for key, records_management in SELECTORS.items():
        # Without selectors a trail records all management events.
        selectors = entries(value_at(resource.props, key))
        if selectors and not any(records_management(each) for each in selectors):
            yield (
                f"{key} has no selector of all management events, so changes to the account go "
                "unrecorded. Add one, or remove them."
            )


def _has_management_events(selector: object) -> bool:
    included = value_at(selector, "includeManagementEvents")
    kinds = value_at(selector, "readWriteType")
    return (included is None or is_true(included)) and kinds in (None, "", "All")


def _is_of_management_events(selector: object) -> bool:
    """Whether it selects by the category alone; a further field leaves events out."""
    fields = entries(value_at(selector, "fieldSelectors"))
    return len(fields) == 1 and (
        value_at(fields[0], "field") == "eventCategory"
        and entries(value_at(fields[0], "equals")) == ["Management"]
    )


SELECTORS: Mapping[str, Callable[[object], bool]] = {
    "eventSelectors": _has_management_events,
    "advancedEventSelectors": _is_of_management_events,
}


AUDIT_TRAIL = ResourceRule(
    name="audit-trail",
    title="Audit trails cover every region, are encrypted and can be verified",
    why="An intruder works in the region that nobody watches, and then on the record.",
    severity=Severity.HIGH,
    references=(
        guide("Compliance: Audit Logging"),
        cis("3.1"),
        cis("3.2"),
        cis("3.5"),
        fsbp("CloudTrail.1"),
        fsbp("CloudTrail.2"),
        fsbp("CloudTrail.4"),
        pci("10.3.2"),
    ),
    fix=(
        "Set isMultiRegionTrail and enableLogFileValidation to true, and kmsKeyId; select all "
        "management events."
    ),
    example=Example(violates="isMultiRegionTrail: false", complies="isMultiRegionTrail: true"),
    resource_types=(TRAIL,),
    check=check,
)
