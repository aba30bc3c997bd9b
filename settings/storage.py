"""How long the buckets keep what they hold, and where the copies are."""

from pydantic import Field

from settings.base import StrictModel
from settings.regions import Region


class StorageSettings(StrictModel):
    """The backup and media buckets."""

    backup_retention_days: int = Field(
        default=35, ge=7, le=3650, description="Days until a backup expires from the bucket."
    )
    noncurrent_days: int = Field(
        default=30, ge=1, le=3650, description="Days to keep overwritten and deleted versions."
    )
    object_lock_days: int | None = Field(
        default=None,
        ge=1,
        le=3650,
        description="Days in which nobody can delete a backup. Only for a new bucket.",
    )
    copy_region: Region | None = Field(
        default=None,
        description="Second region, which backups, media and database backups are copied to.",
    )
    force_destroy: bool = Field(
        default=False, description="Delete buckets that still hold objects: throw-away stacks only."
    )
