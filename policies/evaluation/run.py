"""What one run of the engine lets pass, remembered until its stack policies report it.

The engine starts the pack anew for each preview and each deployment, so one process is one run.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

from evaluation.exemptions import Exemption, faults, find
from evaluation.faulty_file import FaultyFileError
from evaluation.judgement import Finding
from evaluation.rule import OnUnknown

Exemptions = Sequence[Exemption]

SHOWN = 3
"""How many of the resources that a rule could not be checked on are named."""


def utc_today() -> date:
    """The day by which exemptions expire, everywhere the same."""
    return datetime.now(UTC).date()


def in_background(load: Callable[[], Exemptions]) -> Callable[[], Exemptions]:
    """Begin a load at once, and give what waits for its end."""
    executor = ThreadPoolExecutor(max_workers=1)
    loading = executor.submit(load)
    executor.shutdown(wait=False)
    return loading.result


class Run:
    """The exemptions in force, and what passed by them or for want of a value."""

    def __init__(
        self,
        load: Callable[[], Exemptions] = tuple,
        today: Callable[[], date] = utc_today,
    ) -> None:
        """Take the exemptions from `load`, which is asked when the first finding comes."""
        self._load = load
        self._today = today
        self._exempted: list[tuple[Finding, Exemption]] = []
        self._unknown: list[Finding] = []

    def blocks(self, finding: Finding, on_unknown: OnUnknown) -> bool:
        """Whether a finding is reported by its rule; what is not is remembered."""
        exemption = find(self._exemptions, finding, self._today())
        if exemption is not None:
            self._exempted.append((finding, exemption))
            return False
        if finding.unknown and on_unknown is OnUnknown.REPORT:
            self._unknown.append(finding)
            return False
        return True

    @property
    def exempted(self) -> Iterator[tuple[str, str]]:
        """Each use of an exemption, with the URN it belongs to."""
        for finding, exemption in self._exempted:
            yield (
                f"{finding.rule} is not enforced here until {exemption.expires}, by "
                f"{exemption.owner} ({exemption.place}): {exemption.reason} "
                f"What it found: {finding.message}",
                finding.urn,
            )

    @property
    def unchecked(self) -> Iterator[str]:
        """For each rule that was not checked everywhere, where and what comes of it."""
        by_rule: dict[str, list[str]] = defaultdict(list)
        for finding in self._unknown:
            by_rule[finding.rule].append(finding.urn.rpartition("::")[2])
        for rule, resources in by_rule.items():
            more = f" and {len(resources) - SHOWN} more" if len(resources) > SHOWN else ""
            yield (
                f"{rule} waits for values that are not known yet, of "
                f"{', '.join(resources[:SHOWN])}{more}. "
                "It is checked once the deployment knows them."
            )

    def faults(self, urn: str) -> Iterator[str]:
        """What is wrong with the exemptions of the stack that a URN belongs to."""
        try:
            exemptions = self._load()
        except FaultyFileError as faulty:
            yield f"{faulty} Until it is corrected, nothing is exempt."
            return
        used = [exemption for _, exemption in self._exempted]
        yield from faults(exemptions, used, urn, self._today())

    @property
    def _exemptions(self) -> Exemptions:
        try:
            return self._load()
        except FaultyFileError:
            # It exempts nothing: `faults` says what is wrong.
            return ()
