"""What a person sees after `make up`."""

from io import StringIO
from typing import Any

from rich.console import Console

from offline.report import show_outputs


def shown(outputs: dict[str, Any], *, stack: str = "local", terminal: bool = True) -> list[str]:
    """The lines of the whole report."""
    console = Console(file=StringIO(), width=80, force_terminal=terminal, color_system=None)
    show_outputs(console, stack, outputs)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


def rows(outputs: dict[str, Any]) -> list[tuple[str, str]]:
    """The cells of the table."""
    cells = [line.split("│") for line in shown(outputs) if line.startswith("│")]
    return [(name.strip(), value.strip()) for _, name, value, _ in cells]


def test_every_output_is_a_row_in_the_order_of_the_alphabet() -> None:
    assert rows({"zone": "a", "port": 5432}) == [("port", "5432"), ("zone", "a")]


def test_lists_and_maps_have_a_line_for_each_item() -> None:
    assert rows({"list": ["first", "second"], "map": {"b": 2, "a": 1}}) == [
        ("list", "first"),
        ("", "second"),
        ("map", "a  1"),
        ("", "b  2"),
    ]


def test_a_value_is_shown_as_it_is() -> None:
    value = "arn:aws:secretsmanager:eu:1:secret:[bold]"
    assert rows({"secret": value}) == [("secret", value)]


def test_no_part_of_a_long_value_is_lost() -> None:
    value = "x" * 200
    assert "".join(part for _, part in rows({"long": value})) == value


def test_without_a_terminal_every_value_stands_whole_on_a_line_of_its_own() -> None:
    value = "arn:" + "x" * 200
    lines = shown({"long": value, "list": ["first", "second"]}, terminal=False)
    assert lines[1:4] == ["  list  first", "  list  second", f"  long  {value}"]


def test_a_program_may_have_no_outputs_or_an_empty_one() -> None:
    assert shown({}, terminal=False)[1:3] == ["", "What next"]
    assert shown({"empty": ""}, terminal=False)[1].rstrip() == "  empty"


def test_the_stack_is_named_and_the_next_steps_follow() -> None:
    lines = shown({"output": "a value of some length"}, terminal=False)
    assert lines[0] == "Outputs of stack local"
    assert "  make down                          destroy it all" in lines


def test_the_next_steps_of_another_stack_are_about_that_stack() -> None:
    lines = shown({"output": "value"}, stack="staging", terminal=False)
    assert "  make down STACK=staging OFFLINE=1  destroy it all" in lines
