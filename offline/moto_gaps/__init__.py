"""What moto lacks and the platform needs, one module a service: filled in before moto serves.

A fault that merely hides a value is listed in offline/README.md instead. These ones break an
operation, or make the emulated account contradict itself.
"""

from offline.moto_gaps import (
    accessanalyzer,
    autoscaling,
    awslambda,
    budgets,
    ec2,
    elasticache,
    guardduty,
    logs,
    machine_images,
    rds,
    rds_events,
    s3,
    secretsmanager,
    ssm,
    wafv2,
)
from offline.moto_gaps.gap import Addition, Correction

ADDED: tuple[Addition, ...] = (
    *autoscaling.ADDED,
    *budgets.ADDED,
    *elasticache.ADDED,
    *logs.ADDED,
    *rds.ADDED,
    *rds_events.ADDED,
    *s3.ADDED,
    *ssm.ADDED,
)
CORRECTED: tuple[Correction, ...] = (
    *autoscaling.CORRECTED,
    *awslambda.CORRECTED,
    *ec2.CORRECTED,
    *elasticache.CORRECTED,
    *guardduty.CORRECTED,
    *logs.CORRECTED,
    *machine_images.CORRECTED,
    *rds.CORRECTED,
    *rds_events.CORRECTED,
    *s3.CORRECTED,
    *secretsmanager.CORRECTED,
    *ssm.CORRECTED,
    *wafv2.CORRECTED,
)


def fill() -> None:
    """Change moto's classes in this process; to be called once."""
    for owner, method in ADDED:
        setattr(owner, method.__name__, method)
    for owner, name, correct in CORRECTED:
        setattr(owner, name, correct(getattr(owner, name)))
    accessanalyzer.serve()
