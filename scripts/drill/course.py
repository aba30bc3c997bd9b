"""The whole drill: fill, back up and restore, lose one primary, bring it back, lose the other."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts import leftovers
from scripts.drill import exercise, messages, recovery, servers
from scripts.drill.exercise import Exercise, Measured
from scripts.drill.recovery import Restored
from scripts.drill.servers import Server
from scripts.failover import rejoin
from scripts.failover.divergence import RejoinRequest
from scripts.failover.waiting import until

CUT_SECONDS = 0.5
"""Without it nothing is lost: on one machine the standby has everything within microseconds."""


@dataclass(frozen=True, kw_only=True)
class DrillResult:
    """What a drill measured.

    Args:
        rejoin_seconds: until the first primary that was lost followed the new one.
        restored: None where there is no S3 for the drill.
    """

    losses: tuple[Measured, ...]
    rejoin_seconds: float
    restored: Restored | None

    @property
    def ok(self) -> bool:
        """Whether nothing was lost that must not be, and the backup came back as it was."""
        return all(loss.ok for loss in self.losses) and (not self.restored or self.restored.same)


def run(tell: Callable[[str], None], *, rows: int = messages.MESSAGES) -> DrillResult:
    """Hold a drill in a temporary folder; nothing outside of it is touched.

    Args:
        rows: messages in the database.

    Raises:
        OpsError: there is no PostgreSQL here, or a part of the drill failed.
    """
    with _folder() as base, _servers() as made:
        tell("Starting a primary and its standby …")
        first = _add(made, servers.create(servers.folder_for(base, "first")))
        with first.connect() as session:
            messages.fill(session, rows)
        second = _add(made, servers.standby_of(first, servers.folder_for(base, "second")))
        restored = _recovery(base, first, tell)
        tell("Losing the primary under load, with synchronous replication …")
        synchronous = Exercise(number=1, synchronous=True)
        losses = [exercise.lose(synchronous, first, second, base, tell)]
        seconds = _bring_back(first, second, base, tell)
        tell("Losing the primary under load, with asynchronous replication …")
        asynchronous = Exercise(number=2, synchronous=False, cut_seconds=CUT_SECONDS)
        losses.append(exercise.lose(asynchronous, second, first, base, tell))
    return DrillResult(losses=tuple(losses), rejoin_seconds=seconds, restored=restored)


def _recovery(base: Path, source: Server, tell: Callable[[str], None]) -> Restored | None:
    if not recovery.is_possible():
        tell("Left out: backup and restore. Install moto, which is the drill's S3.")
        return None
    with recovery.store(base) as repository:
        tell("Backing up, and restoring to a third server …")
        return recovery.back_up_and_restore(repository, source, base, tell)


def _bring_back(lost: Server, primary: Server, base: Path, tell: Callable[[str], None]) -> float:
    # A killed process counts as running until init has buried it.
    until(lambda: servers.process_id(lost) is None, servers.START_SECONDS)
    request = RejoinRequest(
        data=lost.data,
        primary=primary.connection(),
        log=base / "failover.jsonl",
        start_command=servers.start_command(lost),
    )
    begun = time.monotonic()
    rejoin.rejoin(request, tell)
    return round(time.monotonic() - begun, 3)


@contextmanager
def _folder() -> Generator[Path]:
    with leftovers.temporary_folder("drill") as folder:
        # The servers' user has to reach its own folders in it.
        folder.chmod(0o711)
        yield folder


@contextmanager
def _servers() -> Generator[list[Server]]:
    made: list[Server] = []
    try:
        yield made
    finally:
        for server in made:
            servers.discard(server)


def _add(made: list[Server], server: Server) -> Server:
    made.append(server)
    return server
