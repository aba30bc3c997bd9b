"""Keys are rotated."""

from collections.abc import Iterator, Mapping

from evaluation.levels import Severity
from evaluation.properties import is_true, value_at
from evaluation.references import cis, guide, pci, security_hub
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule

KEY = "aws:kms/key:Key"
SYMMETRIC = (None, "", "SYMMETRIC_DEFAULT")


def check(resource: Resource) -> Iterator[str]:
    """Reject symmetric keys without rotation; AWS rotates no others."""
    if value_at(resource.props, "customerMasterKeySpec") not in SYMMETRIC:
        return
    if not is_true(value_at(resource.props, "enableKeyRotation")):
        yield "enableKeyRotation is not true; keys are renewed every year. Set it to true."


def remedy(resource: Resource) -> Mapping[str, object]:
    """Rotate the key, where the check says that it is not."""
    return {"enableKeyRotation": True} if list(check(resource)) else {}


KEY_ROTATION = ResourceRule(
    name="key-rotation",
    title="Keys are rotated",
    why="The less is encrypted with one key, the less is lost with it.",
    severity=Severity.MEDIUM,
    references=(
        guide("Compliance: Data Protection"),
        cis("3.6"),
        security_hub("KMS.4"),
        pci("3.7.4"),
    ),
    fix="Set enableKeyRotation to true.",
    example=Example(violates="enableKeyRotation: false", complies="enableKeyRotation: true"),
    resource_types=(KEY,),
    remedy=remedy,
    check=check,
)
