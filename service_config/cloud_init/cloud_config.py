"""What the user data of a server is put together from.

No secret is ever in it: anybody who may describe instances can read user data.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from service_config import ufw
from service_config.yaml_text import yaml_text

HOME: Final = "/opt/messaging-app"

Command = Sequence[str]
File = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One concern of a server: what it installs, writes, opens and runs at the first boot."""

    packages: Sequence[str] = ()
    files: Sequence[File] = ()
    open_ports: Sequence[int] = ()
    """TCP ports that ufw lets through; security groups decide who reaches them."""
    commands: Sequence[Command] = ()
    """Run once, in order, after packages are installed and files are written."""
    sections: Mapping[str, Any] | None = None
    """Other sections of cloud-config, for example `mounts`; each by one part only."""


def file(path: str, content: str, permissions: str = "0644") -> File:
    """A file of root's."""
    # Deferred until packages are installed, which would otherwise ask about files of their own.
    return {"path": path, "permissions": permissions, "defer": True, "content": content}


def script(path: str, content: str) -> File:
    """A file of root's that everybody may run."""
    return file(path, content, permissions="0755")


def unit(name: str, content: str) -> File:
    """A unit of systemd, for example `drain.service`; a part's command starts it."""
    return file(f"/etc/systemd/system/{name}", content)


def user_data(*parts: Part) -> str:
    """Return cloud-config of the parts and of what every server has.

    That is a clock in UTC, node exporter, and the firewall, which is up before anything else runs.
    """
    everywhere = Part(packages=["prometheus-node-exporter", "ufw"])
    together = (*parts, everywhere)
    sections = [part.sections for part in together if part.sections]
    return "#cloud-config\n" + yaml_text(
        {
            "timezone": "Etc/UTC",
            "package_update": True,
            "packages": list(_once(name for part in together for name in part.packages)),
            **{name: value for section in sections for name, value in section.items()},
            "write_files": [each for part in together for each in part.files],
            "runcmd": [
                *ufw.commands(port for part in together for port in part.open_ports),
                *(list(command) for part in together for command in part.commands),
            ],
        }
    )


def _once(names: Iterator[str]) -> Iterator[str]:
    yield from dict.fromkeys(names)
