"""A demand is said to come from where it does."""

from evaluation.references import security_hub
from rules import RULES

# Security Hub User Guide, "AWS Foundational Security Best Practices standard": these are controls
# of Security Hub, for other standards, but not in its list.
BESIDE_THE_BEST_PRACTICES = {
    *("EC2.13", "S3.7", "S3.14", "S3.17", "KMS.4", "CloudWatch.16", "SNS.1", "RDS.38"),
}


def test_a_control_beside_the_best_practices_is_security_hubs() -> None:
    references = {each for rule in RULES for each in rule.references}
    named = {each for each in references if each.identifier in BESIDE_THE_BEST_PRACTICES}
    assert named == {security_hub(control) for control in BESIDE_THE_BEST_PRACTICES}


def test_a_reference_is_written_as_it_is_looked_up() -> None:
    assert str(security_hub("S3.14")) == "AWS Security Hub S3.14"
