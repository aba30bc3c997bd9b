"""Faults in the pack's files are told with their line, wherever they are."""

from pathlib import Path

import pytest
import yaml

from evaluation.faulty_file import FaultyFileError
from evaluation.yaml_nodes import line_of, node_of

TEXT = """\
exemptions:
  - rule: one
  - rule: two
    owner: platform
"""


@pytest.mark.parametrize(
    ("location", "line"),
    [
        ((), 1),
        (("exemptions",), 1),
        (("exemptions", 1), 3),
        (("exemptions", 1, "owner"), 4),
        (("exemptions", 1, "expires"), 3),
        (("exemptions", "rule"), 1),
        (("exemptions", 1, "owner", "name"), 4),
    ],
)
def test_the_line_is_that_of_the_nearest_thing_that_is_there(
    location: tuple[str | int, ...], line: int
) -> None:
    assert line_of(yaml.compose(TEXT, Loader=yaml.SafeLoader), location) == line


def test_a_character_that_no_yaml_has_is_told_though_the_library_names_no_line(
    tmp_path: Path,
) -> None:
    file = tmp_path / "exemptions.yaml"
    file.write_text("exemptions: [\x07]\n", encoding="utf-8")
    with pytest.raises(FaultyFileError, match=r"^exemptions\.yaml:1: the file is no YAML: "):
        node_of(file)
