"""How long the buckets keep what they hold."""

from pydantic import Field

from settings.base import StrictModel


class StorageSettings(StrictModel):
    """The backup and media buckets."""

    backup_retention_days: int = Field(
        default=35, ge=7, le=3650, description="Days until a backup expires from the bucket."
    )
    noncurrent_days: int = Field(
        default=30, ge=1, le=3650, description="Days to keep overwritten and deleted versions."
    )
    force_destroy: bool = Field(
        default=False, description="Delete buckets that still hold objects: throw-away stacks only."
    )
