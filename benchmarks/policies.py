"""The policies beside AWSGuard and checkov: what they cost, and what they find.

Seconds depend on what else the machine does; seconds of a processor hardly do, so both are told.
"""

import json
import os
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import policy_findings, policy_peers, seeds
from benchmarks.command import Ran, run
from benchmarks.engine import POLICIES, Engine
from benchmarks.policy_findings import Tool, findings_of, rules_of
from benchmarks.seeds import Seed, State, logical_name
from benchmarks.terraform_rendering import render
from offline.workspace import ROOT
from scripts.policy_check import RULES

ROUNDS = 3
"""Each round measures every case once, so that a slow minute of the machine hits all of them."""

NAMES = {"ours": "messaging-app@", "AWSGuard": "pulumi-awsguard@"}
"""What a preview says of a pack that took part."""

ENDS = {"ops policy-check": (0,), "checkov": (0, 1)}
"""Exit codes of checks that were made: production keeps our rules, and not all of checkov's."""

Rows = list[dict[str, Any]]


def added_to_preview(engine: Engine) -> Rows:
    """The preview of production without policies, with ours and with AWSGuard's.

    Raises RuntimeError when a preview fails, or a pack does not take part in it.
    """
    guard = policy_peers.awsguard()
    packs = {"no policies": None, "ours": POLICIES, "AWSGuard": guard}
    times: dict[str, list[Ran]] = {name: [] for name in packs}
    for _ in range(ROUNDS):
        for name, pack in packs.items():
            done = _preview(engine, pack, guard)
            if done.code or NAMES.get(name, "") not in done.told:
                raise RuntimeError(f"The preview with {name} failed:\n{done.told}")
            times[name].append(done)
    base = times["no policies"]
    with policy_findings.awsguard() as served:
        rules = {"no policies": 0, "ours": len(RULES), "AWSGuard": rules_of(served)}
    rows: Rows = [
        {
            "case": name,
            "rules": rules[name],
            **_medians(ran),
            "added_seconds": round(_seconds(ran) - _seconds(base), 2),
            "added_processor_seconds": round(_processor(ran) - _processor(base), 2),
        }
        for name, ran in times.items()
    ]
    for row in rows:
        for unit in ("added_seconds", "added_processor_seconds"):
            row[f"{unit}_to_awsguard"] = round(row[unit] / rows[-1][unit], 2)
    return rows


def deployed(engine: Engine) -> State:
    """The state of production, as the engine exports it after a deployment.

    Raises RuntimeError when the deployment fails.
    """
    stack_file = str(engine.workspace.config_file)
    done = _pulumi(engine, "up", "--yes", "--skip-preview", "--config-file", stack_file)
    exported = engine.workspace.folder / "state.json"
    told = _pulumi(engine, "stack", "export", "--file", str(exported))
    if done.code or told.code:
        raise RuntimeError(f"The deployment failed:\n{done.told}\n{told.told}")
    return json.loads(exported.read_text())


def state_check(state: State, folder: Path) -> Rows:
    """`ops policy-check` and checkov, of production and of a stack without resources.

    The second tells what of the first is start alone.

    Raises RuntimeError when a check fails, or refuses production.
    """
    empty: State = {**state, "deployment": {"resources": list[State]()}}
    ops = Path(sys.executable).with_name("ops")
    commands: dict[tuple[str, str], Sequence[str | Path]] = {}
    for name, each in (("production", state), ("no resources", empty)):
        file, plan = folder / f"{name}.json", folder / f"{name} as a plan.json"
        file.write_text(json.dumps(each))
        plan.write_text(json.dumps(render(each["deployment"]["resources"]).document))
        commands["ops policy-check", name] = [ops, "policy-check", file]
        commands["checkov", name] = policy_findings.checkov_command(plan)
    times: dict[tuple[str, str], list[Ran]] = {case: [] for case in commands}
    for _ in range(ROUNDS):
        for case, command in commands.items():
            done = run(command, {**os.environ, "COLUMNS": "200"})
            if done.code not in ENDS[case[0]]:
                raise RuntimeError(f"{case[0]} of {case[1]} failed:\n{done.told}")
            times[case].append(done)
    rendered = len(render(state["deployment"]["resources"]).urns)
    resources = {"ops policy-check": len(state["deployment"]["resources"]), "checkov": rendered}
    return [
        {
            "command": command,
            "of": of,
            "resources": resources[command] if of == "production" else 0,
            **_medians(ran),
        }
        for (command, of), ran in times.items()
    ]


def found(state: State, folder: Path) -> Rows:
    """Which of the seeded violations each tool finds, with the rules that it finds them by.

    A tool finds a violation when it says something of the resource that it did not say before.
    """
    topics = seeds.read()
    every = [seed for topic in topics.values() for seed in topic]
    with policy_findings.awsguard() as pack:
        tools: dict[str, Tool] = {
            "ours": partial(policy_findings.ours, folder=folder),
            "awsguard": partial(findings_of, pack),
            "checkov": partial(policy_findings.checkov, folder=folder),
        }
        by_tool = {name: _found_by(tool, state, every) for name, tool in tools.items()}
    return [
        {
            "topic": topic,
            "violation": seed.title,
            **{name: ", ".join(rules[seed.title]) for name, rules in by_tool.items()},
        }
        for topic, seeds_of_topic in topics.items()
        for seed in seeds_of_topic
    ]


def counted(rows: Rows) -> Rows:
    """How many of the violations of each topic each tool finds."""
    topics = {
        row["topic"]: [each for each in rows if each["topic"] == row["topic"]] for row in rows
    }
    return [
        {
            "topic": topic,
            "violations": len(chosen),
            **{
                tool: sum(bool(each[tool]) for each in chosen)
                for tool in ("ours", "awsguard", "checkov")
            },
        }
        for topic, chosen in {**topics, "all": rows}.items()
    ]


def _found_by(tool: Tool, state: State, every: Sequence[Seed]) -> Mapping[str, list[str]]:
    before = tool(state)
    found: dict[str, list[str]] = {}
    for batch in seeds.batches(every):
        new = tool(seeds.planted(state, batch)) - before
        for seed in batch:
            at_place = {rule for rule, urn in new if logical_name(urn) in seed.places}
            found[seed.title] = sorted(at_place)
    return found


def _preview(engine: Engine, pack: Path | None, guard: Path) -> Ran:
    chosen = ["--policy-pack", str(pack)] if pack else []
    environment = {"PATH": f"{guard / 'bin'}{os.pathsep}{engine.environment['PATH']}"}
    stack_file = str(engine.workspace.config_file)
    arguments = ("preview", "--suppress-outputs", "--config-file", stack_file, *chosen)
    return _pulumi(engine, *arguments, environment=environment)


def _pulumi(engine: Engine, *arguments: str, environment: Mapping[str, str] | None = None) -> Ran:
    command = ["pulumi", "-C", str(ROOT), "--non-interactive", *arguments]
    return run(command, {**engine.environment, **(environment or {})})


def _medians(ran: Sequence[Ran]) -> dict[str, float]:
    return {
        "median_seconds": round(_seconds(ran), 2),
        "median_processor_seconds": round(_processor(ran), 2),
    }


def _seconds(ran: Sequence[Ran]) -> float:
    return _median(ran, lambda each: each.seconds)


def _processor(ran: Sequence[Ran]) -> float:
    return _median(ran, lambda each: each.processor_seconds)


def _median(ran: Sequence[Ran], of: Callable[[Ran], float]) -> float:
    return statistics.median(of(each) for each in ran)
