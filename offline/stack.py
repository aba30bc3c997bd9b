"""What `make up`, `make preview` and `make down` do with an offline stack."""

import json
import shlex
import subprocess
import sys
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape

from offline import emulator
from offline.emulator import Emulator
from offline.errors import OfflineError, PassphraseError, StateError
from offline.workspace import ROOT, Workspace
from settings import Settings, SettingsError, read_stack_file

POLICIES = ROOT / "policies"


@dataclass(frozen=True)
class Session:
    """One offline stack, and where its progress is shown."""

    workspace: Workspace
    console: Console
    stand_ins: bool = True
    """False: the official plugins work against the emulated account."""

    def settings(self) -> Settings:
        """The stack's settings. Raises OfflineError with every fault in them."""
        source = self.workspace.source_file
        try:
            return read_stack_file(source)
        except SettingsError as error:
            raise OfflineError(str(error)) from error

    def say(self, text: str) -> None:
        """One line of progress."""
        self.console.print(f"[bold cyan]→[/] {escape(text)}", highlight=False, soft_wrap=True)

    def environment(self, running: Emulator, region: str) -> dict[str, str]:
        """Everything that a `pulumi` command needs."""
        environment = self.workspace.environment()
        if not self.stand_ins:
            del environment["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"]
        return environment | running.environment(region, stand_ins=self.stand_ins)

    def pulumi(self, running: Emulator, region: str, *arguments: str) -> None:
        """Run the engine with its output on the terminal. Raises OfflineError when it fails."""
        command = ["pulumi", *arguments, "--stack", self.workspace.stack]
        code, told = _run_engine(command, self.environment(running, region))
        if code:
            raise self._fault(running, arguments[0], told)

    def _fault(self, running: Emulator, verb: str, told: str) -> OfflineError:
        if emulator.find(self.workspace) is None:
            return OfflineError(
                f"The emulator (process {running.pid}) ended during `pulumi {verb}`. "
                "Run the same command again: it starts a new one and rebuilds what was lost."
            )
        if "incorrect passphrase" in told:
            return PassphraseError(
                f"{self.workspace.passphrase} does not hold the passphrase that stack "
                f"{self.workspace.stack} was made with. Put the right one back, or begin anew with "
                f"`make down STACK={self.workspace.stack}`."
            )
        return OfflineError(
            f"`pulumi {verb}` failed; its diagnostics above say why. Mend it and run it again."
        )


def _run_engine(command: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Run the engine to its end; gives its exit code and what it told on stderr.

    Its display and diagnostics go to stdout, straight to the terminal; on stderr is only why it
    did not start to work.
    """
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as engine:
        try:
            _, told = engine.communicate()
        except KeyboardInterrupt:
            # The terminal interrupted the engine too. It ends what is under way and saves its
            # state; killed, it would forget what it has just made.
            engine.communicate()
            raise
    sys.stderr.write(told)
    return engine.returncode, told


def up(session: Session) -> dict[str, object]:
    """Bring the stack up under the mandatory policies; gives its outputs."""
    settings = session.settings()
    workspace = session.workspace
    with workspace.exclusive():
        running = _ready(session, settings.region)
        session.say(f"pulumi up: stack {workspace.stack}, policies mandatory")
        session.pulumi(
            running,
            settings.region,
            # With its preview: that is where policies refuse a stack before any of it is made.
            *("up", "--yes", "--suppress-outputs", "--policy-pack", str(POLICIES)),
        )
        _write_env(session, running, settings.region)
        return outputs(session, running, settings.region)


def preview(session: Session) -> None:
    """Rehearse the stack's configuration; leaves an emulator running only if one was."""
    settings = session.settings()
    workspace = session.workspace
    with workspace.exclusive():
        was_running = emulator.find(workspace) is not None
        running = _ready(session, settings.region)
        try:
            session.say(f"pulumi preview: stack {workspace.stack}, policies mandatory")
            session.pulumi(running, settings.region, "preview", "--policy-pack", str(POLICIES))
        finally:
            if not was_running:
                emulator.stop(workspace)


def down(session: Session) -> str:
    """Destroy the stack and end its emulator; tells what was done."""
    workspace = session.workspace
    with workspace.exclusive():
        told = _without_destroying(session) or _destroy(session)
        _discard(workspace)
    return told


def _without_destroying(session: Session) -> str | None:
    """What to tell where nothing has to be destroyed one by one; None where something has."""
    workspace = session.workspace
    if not workspace.exists:
        return f"Stack {workspace.stack} was not up: nothing to destroy."
    try:
        count = workspace.resource_count()
    except StateError:
        return "Discarded the emulated account, whose state could not be read."
    if emulator.find(workspace) is None:
        return f"The emulator of stack {workspace.stack} had ended, and all it held with it."
    if not count:
        return f"Stack {workspace.stack} held nothing; its emulator has ended."
    if session.settings().protect:
        # Deletion protection is for real accounts; an emulated one goes as a whole.
        return "Discarded the emulated account with all it held, deletion protection included."
    return None


def _destroy(session: Session) -> str:
    """Delete every resource, as `pulumi destroy` would in a real account."""
    workspace, region = session.workspace, session.settings().region
    running = _ready(session, region)
    session.say(f"pulumi destroy: stack {workspace.stack}")
    try:
        session.pulumi(running, region, "destroy", "--yes", "--skip-preview")
    except PassphraseError:
        return "Discarded the emulated account, whose state the passphrase did not open."
    return f"Destroyed stack {workspace.stack}; its emulator has ended."


def _discard(workspace: Workspace) -> None:
    """End the emulated account, and forget the stack."""
    emulator.stop(workspace)
    workspace.remove()
    env = workspace.base / "env"
    if env.exists() and f"PULUMI_STACK={workspace.stack}\n" in env.read_text():
        env.unlink()


def outputs(session: Session, running: Emulator, region: str) -> dict[str, object]:
    """The stack's outputs."""
    done = subprocess.run(
        ["pulumi", "stack", "output", "--json", "--stack", session.workspace.stack],
        cwd=ROOT,
        env=session.environment(running, region),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise OfflineError(
            f"The stack is up, but its outputs cannot be read: {done.stderr.strip()}"
        )
    return json.loads(done.stdout)


def _ready(session: Session, region: str) -> Emulator:
    """A prepared workspace with a live emulator that holds what the state says.

    Recovers from a run that was killed: a lock that nobody holds any more, operations that began
    and never ended, and an emulated account that went with its process.
    """
    workspace = session.workspace
    workspace.prepare()
    for lock in workspace.stale_locks():
        session.say("An earlier run was killed: releasing its lock")
        lock.unlink()
    pending = workspace.pending_operations()
    if pending and emulator.find(workspace):
        session.say(
            f"An earlier run left {pending} operations unfinished: discarding the emulated account"
        )
        emulator.stop(workspace)
    running = emulator.find(workspace)
    if running:
        return running
    session.say("Starting emulated AWS")
    running = emulator.start(workspace)
    if workspace.resource_count() or pending:
        session.say("The emulated account is new: refreshing the state, which knew an older one")
        session.pulumi(
            running,
            region,
            *("refresh", "--yes", "--skip-preview", "--clear-pending-creates"),
            *("--suppress-outputs", "--suppress-progress"),
        )
    return running


def _write_env(session: Session, running: Emulator, region: str) -> None:
    variables = session.environment(running, region)
    # By hand, too, no `pulumi up` without the policies.
    variables["PULUMI_OPTION_POLICY_PACK"] = str(POLICIES)
    names = sorted(name for name in variables if name.startswith(("AWS_", "PULUMI_")))
    lines = [f"{name}={shlex.quote(variables[name])}" for name in ("PATH", *names)]
    (session.workspace.base / "env").write_text("\n".join(lines) + "\n")
