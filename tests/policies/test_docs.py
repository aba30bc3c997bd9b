"""The page of the rules is current, and what it says of files and commands is so.

`UPDATE_DOCS=1 pytest tests/policies/test_docs.py` writes the rules anew.
"""

import os
import re
from pathlib import Path

from evaluation.handbook import render
from rules import RULES, RULES_BY_TOPIC

PAGE = Path(__file__).parents[2] / "docs" / "policies.md"
BEGIN = "<!-- The rules: written by UPDATE_DOCS=1 pytest tests/policies/test_docs.py -->\n"


def test_the_page_has_the_rules_as_they_are() -> None:
    before, found, after = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    assert found, f"{PAGE.name} has lost the line after which the rules come."
    current = f"\n{render(RULES_BY_TOPIC)}"
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(f"{before}{BEGIN}{current}", encoding="utf-8")
        return
    assert after == current, "Run UPDATE_DOCS=1 pytest tests/policies/test_docs.py and commit it."


def test_every_rule_has_its_topic_once() -> None:
    listed = [rule.name for rules in RULES_BY_TOPIC.values() for rule in rules]
    assert len(listed) == len(set(listed)) == len(RULES)


def test_every_rule_that_the_text_names_is_there() -> None:
    text = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0]
    named = set(re.findall(r"^  - rule: ([a-z-]+)$|^  ([a-z]+-[a-z-]+):", text, re.MULTILINE))
    names = {name for pair in named for name in pair if name}
    assert names
    assert names <= {rule.name for rule in RULES}
