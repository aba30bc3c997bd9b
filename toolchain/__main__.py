"""Set up the tools, or say where they are; see the package for what both mean."""

import argparse
import signal
import sys
import time

from toolchain import locate, pulumi_cli, python_env
from toolchain.errors import ToolchainError
from toolchain.progress import elapsed, say


def main() -> int:
    """Run the command line and return its exit code: 0, 1 on a fault, 130 when interrupted."""
    parser = argparse.ArgumentParser(prog="python3 -m toolchain", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["setup", "path"], default="setup")
    command = parser.parse_args().command
    # Like an interrupt, so that a program that is running is ended too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if command == "path":
            say(str(locate()))
        else:
            set_up()
    except ToolchainError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(
            f"A file could not be used: {error}. Mend that and run `make setup` again.\n"
        )
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted: run the same command again, it goes on from here.\n")
        return 130
    return 0


def set_up() -> None:
    """Make `.venv` and a Pulumi CLI ready and report both."""
    started = time.monotonic()
    environment = python_env.ensure()
    cli = pulumi_cli.ensure()
    say(f"Pulumi  {cli.version}, {cli.origin}: {cli.bin_dir}")
    say(f"Python  {environment}")
    say(f"Ready   in {elapsed(time.monotonic() - started)}")


if __name__ == "__main__":
    sys.exit(main())
