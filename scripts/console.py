"""What a person or a program reads: results on standard output, all else on standard error."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console as Terminal
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Console:
    """Where a command writes.

    Args:
        as_json: results are one JSON document on standard output, for programs.
    """

    as_json: bool = False
    out: Terminal = field(default_factory=Terminal)
    err: Terminal = field(default_factory=lambda: Terminal(stderr=True))

    def say(self, sentence: str) -> None:
        """Tell what is going on; never part of the result."""
        self.err.print(Text(sentence), soft_wrap=True)

    def warn(self, sentence: str) -> None:
        """Tell what a person ought to look at although the command goes on."""
        self.err.print(f"[bold yellow]![/] {escape(sentence)}", highlight=False, soft_wrap=True)

    def fail(self, sentence: str) -> None:
        """Tell why the command ends."""
        self.err.print(f"[bold red]✗[/] {escape(sentence)}", highlight=False, soft_wrap=True)

    def show(self, title: str, rows: Sequence[Row]) -> None:
        """Give the result as a table: a list of objects in JSON. Columns are those of the first."""
        if self.as_json:
            self._write(list(rows))
        elif not rows:
            self.out.print(Text(f"{title}: none"))
        else:
            self.out.print(_table(title, rows, self.out.width))

    def show_one(self, title: str, row: Row) -> None:
        """Give the result as names and values: one object in JSON."""
        if self.as_json:
            self._write(dict(row))
        else:
            rows = [{"name": name, "value": value} for name, value in row.items()]
            self.out.print(_table(title, rows, self.out.width))

    def progress(self) -> Progress:
        """Return a display of steps to be entered with `with`; silent where no terminal is."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        return Progress(*columns, console=self.err, disable=not self.err.is_terminal)

    def _write(self, result: object) -> None:
        text = json.dumps(result, indent=2, ensure_ascii=False, default=str)
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def _width_of_whole(rows: Sequence[Row], name: str, width: int) -> int | None:
    """Return the width in which no cell is folded; None when too little is left for the others."""
    longest = max(len(str(row[name])) for row in rows)
    return longest if longest <= width // 2 else None


def _table(title: str, rows: Sequence[Row], width: int) -> Table:
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(rows[0]):
        # The first column is what a person copies: an identifier in pieces is of no use.
        least = None if place else _width_of_whole(rows, name, width)
        table.add_column(name.replace("_", " "), overflow="fold", min_width=least)
    for row in rows:
        # Plain text: a value may contain what rich takes for markup or for a picture.
        table.add_row(*(Text("" if value is None else str(value)) for value in row.values()))
    return table
