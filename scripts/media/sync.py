"""Makes one place have what another has: only what is missing or differs is copied."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from scripts.backup.repository import ABANDONED_AFTER
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.media.places import Bucket, Entry, Folder, Where, copy, has_same

JOBS: Final = 16
SHOWN: Final = 5
"""Names that go into a message."""

MOST_FAULTS: Final = 100
"""With so many files it is not the files: nothing more is tried."""

ROUNDING: Final = timedelta(seconds=1)
"""The clock of S3 shows whole seconds."""

TOLD_AFTER: Final = timedelta(minutes=1)
"""How wrong this machine's clock has to be for a word about it."""

Advance = Callable[[int, int], None]
Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class SyncRequest:
    """What is to be made alike.

    Args:
        delete: remove from the target what the source does not have.
        for_real: do remove it; without it, only say what would be removed.
        dry_run: copy nothing either.
        rewrite: also copy what seems to be the same.
        abandoned_after: what unfinished runs left is removed when it is older.
    """

    source: Where
    target: Where
    jobs: int = JOBS
    delete: bool = False
    for_real: bool = False
    dry_run: bool = False
    rewrite: bool = False
    abandoned_after: timedelta = ABANDONED_AFTER


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What differs."""

    copied: list[Entry]
    superfluous: list[Entry]
    same: int

    @property
    def size(self) -> int:
        """Bytes to be copied."""
        return sum(entry.size for entry in self.copied)


@dataclass(frozen=True, kw_only=True)
class Synced:
    """What was done."""

    copied: int
    copied_bytes: int
    same: int
    superfluous: list[str]
    deleted: int


def run_sync(request: SyncRequest, *, report: Report, advance: Advance) -> Synced:
    """Copy what is missing or differs, then remove what is superfluous, when that is asked for.

    Safe to run again: what has arrived is not copied a second time.

    Raises:
        OpsError: something could not be copied. All else is, and nothing was removed.
    """
    if not request.dry_run:
        request.target.sweep(request.abandoned_after)
    plan = planned(request, report)
    doubt(request, plan)
    if not request.dry_run:
        _copy_all(request, plan.copied, advance)
    names = [entry.name for entry in plan.superfluous] if request.delete else []
    deleted = 0
    if request.delete and request.for_real and not request.dry_run:
        for name in names:
            request.target.delete(name)
            deleted += 1
    return Synced(
        copied=len(plan.copied),
        copied_bytes=plan.size,
        same=plan.same,
        superfluous=names,
        deleted=deleted,
    )


def planned(request: SyncRequest, report: Report) -> Plan:
    """Compare both places. The same: of one size, and the target's not older or of one checksum.

    A copy is newer than its original: restoring goes by the checksum, or all would come back.
    """
    behind = _behind(request, report)
    there = {entry.name: entry for entry in request.target.entries()}
    copied: list[Entry] = []
    newer: list[Entry] = []
    same = 0
    for entry in request.source.entries():
        other = there.pop(entry.name, None)
        modified = entry.modified + behind
        if request.rewrite or other is None or other.size != entry.size:
            copied.append(entry)
        elif other.modified >= modified:
            same += 1
        else:
            newer.append(entry)

    def is_alike(entry: Entry) -> bool:
        return has_same(request.source, request.target, entry.name)

    with ThreadPoolExecutor(request.jobs) as threads:
        alike = threads.map(is_alike, newer)
        changed = [entry for entry, is_same in zip(newer, alike, strict=True) if not is_same]
    copied += changed
    same += len(newer) - len(changed)
    return Plan(copied=copied, superfluous=sorted(there.values(), key=_name), same=same)


def _behind(request: SyncRequest, report: Report) -> timedelta:
    """Return how much older files seem than they are, since this machine's clock was set back.

    Without it a changed file would seem older than its copy, and would not be copied. Of a clock
    that is ahead nothing is to be feared: files seem newer, and are copied once more.
    """
    if not isinstance(request.source, Folder) or not isinstance(request.target, Bucket):
        return timedelta(0)
    behind = request.target.now() - datetime.now(UTC)
    if behind <= ROUNDING:
        return timedelta(0)
    if behind >= TOLD_AFTER:
        report(
            f"This machine's clock is {behind.total_seconds():.0f} s behind that of S3. Files "
            "count as newer by that much, so that none is left out; set the clock."
        )
    return behind + ROUNDING


def doubt(request: SyncRequest, plan: Plan) -> None:
    """Raise OpsError when a removal would leave nothing: the source is rather gone than empty."""
    is_empty = not plan.copied and not plan.same
    if request.delete and is_empty and plan.superfluous:
        raise OpsError(
            f"{request.source} is empty, and {request.target} has {len(plan.superfluous)} files "
            "that would be removed; nothing was touched. See whether the right place is named.",
            ExitCode.REFUSED,
        )


def _copy_all(request: SyncRequest, entries: Sequence[Entry], advance: Advance) -> None:
    faults: list[str] = []
    untried: list[str] = []

    def work(entry: Entry) -> None:
        if len(faults) >= MOST_FAULTS:
            untried.append(entry.name)
            return
        try:
            copy(request.source, request.target, entry)
        except (OpsError, ClientError, BotoCoreError, Boto3Error, HTTPError, OSError) as error:
            faults.append(f"{entry.name} ({str(error).rstrip('.')})")
        except UnicodeEncodeError:
            faults.append(f"{entry.name} (its name is not UTF-8, which S3 wants: rename it)")

    with ThreadPoolExecutor(request.jobs) as threads:
        for done, _ in enumerate(threads.map(work, entries), start=1):
            advance(done, len(entries))
    if faults:
        rest = f"{len(untried)} were not tried any more" if untried else "The others are there"
        raise OpsError(
            f"{len(faults)} of {len(entries)} files could not be copied from {request.source} to "
            f"{request.target}: {some(sorted(faults))}. {rest}; run this again."
        )


def some(names: Sequence[str]) -> str:
    """Return a few of the names for a message."""
    rest = len(names) - SHOWN
    shown = (name.encode(errors="backslashreplace").decode() for name in names[:SHOWN])
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")


def _name(entry: Entry) -> str:
    return entry.name
