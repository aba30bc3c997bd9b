"""What `ops` returns to the shell."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended. A timer or a script may rely on the numbers: they stay."""

    OK = 0
    """Done, or a dry run that found nothing in the way."""
    FAILED = 1
    """It could not be finished; the message says what is left and what to do."""
    USAGE = 2
    """The command line is wrong (also what Typer returns)."""
    MISCONFIGURED = 3
    """A setting is missing or wrong; nothing was touched."""
    UNREACHABLE = 4
    """A service did not answer or did not let us in."""
    REFUSED = 5
    """It could do harm and was not confirmed, or there is doubt; nothing was touched."""
    LOCKED = 6
    """Somebody else is doing the same at this moment; nothing was touched."""
    NOT_FOUND = 7
    """What was named does not exist."""
    DAMAGED = 8
    """Data are not what was written: a checksum, a count or an object is wrong."""
    ALREADY = 9
    """Nothing was left to do: it is as it was asked to be."""
    WARNING = 10
    """A check or a scan found what ought to be looked at in working hours."""
    CRITICAL = 11
    """A check or a scan found what somebody has to look at now."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C or SIGTERM."""
