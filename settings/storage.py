"""How long the buckets keep what they hold, and where the copies are."""

from collections.abc import Iterator

from pydantic import Field

from settings.base import Fault, StrictModel, shown
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
        description="Days in which backups cannot be deleted. Only for a new bucket.",
    )
    copy_region: Region | None = Field(
        default=None,
        description="Second region, which backups, media and database backups are copied to.",
    )
    force_destroy: bool = Field(
        default=False,
        description="Destroy the data along with the stack: buckets with all objects, copies, "
        "keys, the public zone, and the database without a snapshot. For throw-away stacks only; "
        "of others all of it stays.",
    )

    def faults(self) -> Iterator[Fault]:
        """Yield a fault when a backup would expire while nobody may delete it."""
        locked = self.object_lock_days or 0
        if locked > self.backup_retention_days:
            yield Fault(
                path=("object_lock_days",),
                given=shown(locked),
                allowed=f"at most backup_retention_days, which is {self.backup_retention_days}",
            )
        if locked and self.force_destroy:
            yield Fault(
                path=("force_destroy",),
                given="true",
                allowed="false, as long as object_lock_days keeps objects from being deleted",
            )
