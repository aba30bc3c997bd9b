"""What the documents point at is there: links, files, commands, stacks and settings."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from settings import Settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("examples/**/*.md"),
        ROOT / "offline" / "README.md",
    ]
)

FENCE = re.compile(r"^ *(```+|~~~+).*?^ *\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
REPOSITORY_PATH = re.compile(r"[A-Za-z][\w-]*(/[\w.-]+)*/?")
SETTING = re.compile(r"([a-z_]+(?:\.[a-z_]+)+)(?:: .*)?")

each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda document: str(document.relative_to(ROOT))
)


def prose(document: Path) -> str:
    """The text without blocks of code."""
    return FENCE.sub("", document.read_text(encoding="utf-8"))


def anchors(document: Path) -> set[str]:
    """What a link may name after `#`, as GitHub makes it of headings."""
    headings = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def named_paths(document: Path) -> Iterator[str]:
    """Whatever stands in backticks and begins with a folder of this repository."""
    for code in CODE.findall(prose(document)):
        folder, slash, _ = code.partition("/")
        if slash and REPOSITORY_PATH.fullmatch(code) and (ROOT / folder).is_dir():
            yield code


@each_document
def test_every_link_inside_the_repository_leads_somewhere(document: Path) -> None:
    for link in LINK.findall(prose(document)):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = document.parent / file if file else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@each_document
def test_every_file_that_is_named_exists(document: Path) -> None:
    missing = [path for path in named_paths(document) if not (ROOT / path).exists()]
    assert missing == []


@each_document
def test_every_make_target_exists(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    text = document.read_text(encoding="utf-8")
    # In backticks or in a block of code: elsewhere `make` is just a verb.
    named = re.findall(r"(?:`|^ *(?:.*&& )?)make ([a-z]+)(?=[\s`])", text, re.MULTILINE)
    assert set(named) - targets == set()


@each_document
def test_every_stack_that_is_named_exists(document: Path) -> None:
    # The platform's, and those of an example beside its document.
    files = [*ROOT.glob("Pulumi.*.yaml"), *document.parent.glob("Pulumi.*.yaml")]
    stacks = {path.name.split(".")[1] for path in files}
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"\bSTACK=([a-z]+)\b|--stack ([a-z]+)\b|`Pulumi\.([a-z]+)\.yaml`", text)
    assert {name for names in named for name in names if name} - stacks == set()


@each_document
def test_every_setting_that_is_named_exists(document: Path) -> None:
    for code in CODE.findall(prose(document)):
        setting = SETTING.fullmatch(code)
        if setting and setting[1].partition(".")[0] in Settings.model_fields:
            assert is_setting(setting[1]), code


def is_setting(path: str) -> bool:
    """Whether a stack file may have a setting at that path."""
    schema = Settings.model_json_schema()
    definitions: dict[str, Any] = schema["$defs"]
    here: dict[str, Any] = schema
    for key in path.split("."):
        # What has names of its own, such as the server groups, has one form for all of them.
        found = here.get("properties", {}).get(key) or _of_any_name(here)
        if found is None:
            return False
        options: list[dict[str, Any]] = [found, *found.get("anyOf", ())]
        named = [option["$ref"] for option in options if "$ref" in option]
        here = definitions[named[0].rsplit("/", 1)[-1]] if named else found
    return True


def _of_any_name(here: dict[str, Any]) -> dict[str, Any] | None:
    return next(iter(here.get("patternProperties", {}).values()), None)


def test_these_tests_can_fail(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("# A *heading*\nSee `tests/nowhere.py` and `servers`.\n```\n`x/y`\n```\n")
    assert list(named_paths(document)) == ["tests/nowhere.py"]
    assert anchors(document) == {"a-heading"}
    assert is_setting("storage.copy_region")
    assert is_setting("recovery.take_over")
    assert is_setting("servers.api.image")
    assert not is_setting("servers.api.images")
    assert not is_setting("storage.copy_regions")
