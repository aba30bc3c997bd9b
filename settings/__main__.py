"""`python -m settings`: check stack files, or write the JSON schema that editors use."""

import argparse
import sys
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path

from settings.faults import SettingsError
from settings.load import read_stack_file
from settings.schema import SCHEMA_FILE, schema_text


class ExitCode(IntEnum):
    """What the process returns; argparse also uses 2 for a wrong command line."""

    OK = 0
    FAULTY = 2


def check(paths: Sequence[Path]) -> ExitCode:
    """Report every fault of every file on standard error."""
    code = ExitCode.OK
    for path in paths:
        try:
            settings = read_stack_file(path)
        except SettingsError as error:
            sys.stderr.write(f"{error}\n")
            code = ExitCode.FAULTY
        else:
            sys.stdout.write(f"{path} is valid: {settings.environment} in {settings.region}.\n")
    return code


def write_schema() -> ExitCode:
    """Bring the committed schema up to date with the model."""
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
    sys.stdout.write(f"{SCHEMA_FILE}: written.\n")
    return ExitCode.OK


def main(arguments: Sequence[str] | None = None) -> ExitCode:
    """Run one command; `arguments` are those of the process when not given."""
    parser = argparse.ArgumentParser(prog="python -m settings", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="check the settings in stack files")
    checking.add_argument("files", nargs="+", type=Path, metavar="Pulumi.STACK.yaml")
    commands.add_parser("schema", help=f"write {SCHEMA_FILE.name}")
    options = parser.parse_args(arguments)
    return check(options.files) if options.command == "check" else write_schema()


if __name__ == "__main__":
    sys.exit(main())
