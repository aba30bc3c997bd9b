"""What happens when an incident is reported: it is noted, people are told, and one acts once."""

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError, explained
from scripts.incident.record import Action, Book
from scripts.incident.telling import Channel, tell
from scripts.locks import file_lock, whoami

KIND = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
"""It becomes a line of a log and the name of a file."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """What is done about an incident.

    Args:
        plan: what it would do, as the end of "It would be noted and told, and ...".
        do: does it and tells what was done, in a sentence; raises when it cannot.
    """

    plan: str
    do: Callable[[], str]


@dataclass(frozen=True, kw_only=True)
class Incident:
    """What is reported.

    Args:
        kind: such as `database_down`.
        environment: where, for those who are told.
        cooldown: how long after an action the same kind does not act again.
        force: act all the same.
        dry_run: say what would be done, and do none of it.
    """

    kind: str
    environment: str
    cooldown: timedelta
    force: bool = False
    dry_run: bool = False


@dataclass(frozen=True, kw_only=True)
class Response:
    """What was done.

    Args:
        faults: what could not be done, in words; the rest was done all the same.
    """

    kind: str
    outcome: str
    """`planned`, `notified`, `suppressed`, `done`, `failed` or, in the record alone, `refused`."""
    detail: str
    told: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def respond(
    incident: Incident,
    actions: Mapping[str, Act],
    channels: Mapping[str, Channel],
    book: Book,
) -> Response:
    """Note an incident, tell people, and act when its kind has an action.

    Neither a full disk nor people who cannot be told keep it from acting.

    Args:
        actions: kind → what to do; any other kind is noted and told only.
        channels: name → how to tell.

    Raises:
        OpsError: USAGE for a kind that is no name; LOCKED when somebody acts at this moment.
    """
    if not KIND.fullmatch(incident.kind):
        raise OpsError(
            "The kind of an incident is a name of small letters, digits, `_`, `-` and `.`, such as "
            f"database_down; known are {', '.join(sorted(actions))}.",
            ExitCode.USAGE,
        )
    now = datetime.now(UTC)
    if incident.dry_run:
        detail = _plan(incident, actions, book)
        return Response(kind=incident.kind, outcome="planned", detail=detail)
    faults = _noted(book, incident, now)
    text = f"Incident in {incident.environment}: {incident.kind}"
    told, untold = _tell(channels, text)
    try:
        response = _handle(incident, actions, book, now)
    except OpsError as fault:
        refused = Response(
            kind=incident.kind, outcome="refused", detail=str(fault), told=told, faults=untold
        )
        _kept(book, refused, now)
        raise
    if response.outcome in {"done", "failed"}:
        _, also_untold = _tell(channels, f"{text}: {response.detail}")
        untold += tuple(each for each in also_untold if each not in untold)
    result = Response(
        kind=incident.kind,
        outcome=response.outcome,
        detail=response.detail,
        told=told,
        faults=(*faults, *response.faults, *untold),
    )
    return _kept(book, result, now)


def _plan(incident: Incident, actions: Mapping[str, Act], book: Book) -> str:
    if incident.kind not in actions:
        return "It would be noted and told; this kind has no action."
    recent = _recent(incident, book, datetime.now(UTC))
    if recent:
        return f"It would be noted and told. {recent}"
    return f"It would be noted and told, and {actions[incident.kind].plan}."


def _noted(book: Book, incident: Incident, now: datetime) -> tuple[str, ...]:
    try:
        book.note(incident.kind, now)
    except OSError as error:
        return (f"{book.log} could not be written: {error.strerror}",)
    return ()


def _tell(channels: Mapping[str, Channel], text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who was told, and who could not be."""
    results = tell(channels, text)
    if not results:
        return (), ("nobody was told: neither SLACK_WEBHOOK nor ALERT_TOPIC_ARN is set",)
    told = tuple(name for name, fault in results.items() if not fault)
    faults = (f"{name} could not be told: {fault}" for name, fault in results.items() if fault)
    return told, tuple(faults)


def _handle(incident: Incident, actions: Mapping[str, Act], book: Book, now: datetime) -> Response:
    """Act once, whoever else is told of the same incident."""
    kind = incident.kind
    act = actions.get(kind)
    if act is None:
        detail = "Noted; this kind has no action."
        return Response(kind=kind, outcome="notified", detail=detail)
    with ExitStack() as held:
        faults = _locked(held, book, kind)
        recent = _recent(incident, book, now)
        if recent:
            return Response(kind=kind, outcome="suppressed", detail=recent, faults=faults)
        faults += _remembered(book, kind, Action(began=now, outcome="acting"))
        try:
            outcome, detail = "done", act.do()
        except Exception as error:
            fault = explained(error)
            if fault is None:
                _remembered(book, kind, Action(began=now, outcome="failed"))
                raise
            outcome, detail = "failed", str(fault)
        faults += _remembered(book, kind, Action(began=now, outcome=outcome))
        return Response(
            kind=kind, outcome=outcome, detail=detail, faults=tuple(dict.fromkeys(faults))
        )


def _locked(held: ExitStack, book: Book, kind: str) -> tuple[str, ...]:
    """Take the lock of a kind; where it cannot be written, the action's own have to do."""
    try:
        held.enter_context(file_lock(book.folder, f"incident-{kind}"))
    except OSError as error:
        return (f"the lock in {book.folder} could not be taken: {error.strerror}",)
    return ()


def _remembered(book: Book, kind: str, action: Action) -> tuple[str, ...]:
    """Keep what is done; that it cannot be kept changes nothing about what is done."""
    try:
        book.remember(kind, action)
    except OSError as error:
        return (
            f"{book.folder} could not be written ({error.strerror}), so that the same kind may act "
            "again within its cooldown",
        )
    return ()


def _recent(incident: Incident, book: Book, now: datetime) -> str | None:
    """Return why it must not act now; None when it may.

    It may also when the last action is one of a time to come, since the clock was set back: to
    fail over twice does less harm than not to for a year.
    """
    last = None if incident.force else book.last_action(incident.kind)
    if last is None or not timedelta(0) <= last.age(now) < incident.cooldown:
        return None
    words = {"acting": "was cut off", "failed": "failed", "done": "succeeded"}[last.outcome]
    minutes = incident.cooldown.total_seconds() / 60
    return (
        f"Nothing is done: the same was acted on at {last.began:%H:%M:%S} UTC, which {words}, and "
        f"within {minutes:.0f} min it is done once. Look at what it did; --force acts again."
    )


def _kept(book: Book, response: Response, now: datetime) -> Response:
    entry = {
        "time": now.isoformat(timespec="seconds"),
        "kind": response.kind,
        "by": whoami("incident"),
        "outcome": response.outcome,
        "detail": response.detail,
        "told": response.told,
        "faults": response.faults,
        "seconds": round((datetime.now(UTC) - now).total_seconds(), 1),
    }
    try:
        book.keep(entry)
    except OSError as error:
        fault = f"{book.audit} could not be written: {error.strerror}"
        return replace(response, faults=(*response.faults, fault))
    return response
