"""What a stack in the second region starts from after the first region is lost."""

from typing import Annotated

from pydantic import Field, StringConstraints

from settings.base import StrictModel

BucketName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"),
    Field(json_schema_extra={"patternErrorMessage": "the name of an S3 bucket"}),
]


class RecoverySettings(StrictModel):
    """Copies that another stack keeps in this stack's region (docs/runbooks/second-region.md)."""

    database_backup_arn: str = Field(
        pattern=r"^arn:aws:rds:[a-z0-9-]+:[0-9]{12}:auto-backup:[a-z0-9-]+$",
        description="Replicated automated backup that the database is restored from.",
        json_schema_extra={"patternErrorMessage": "the ARN of an automated backup of RDS"},
    )
    backups_bucket: BucketName = Field(description="Copy of the backups bucket, used in place.")
    media_bucket: BucketName = Field(description="Copy of the media bucket, used in place.")
    kms_key_arn: str = Field(
        pattern=r"^arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$",
        description="Key in this region that the copies are encrypted with.",
        json_schema_extra={"patternErrorMessage": "the ARN of a KMS key"},
    )
    public_zone_id: str = Field(
        pattern=r"^[A-Z0-9]{1,32}$",
        description="Public DNS zone of the domain, which the other stack owns.",
        json_schema_extra={"patternErrorMessage": "the ID of a Route 53 zone"},
    )
    take_over: bool = Field(
        default=False, description="Point the public names to this stack's load balancer."
    )
