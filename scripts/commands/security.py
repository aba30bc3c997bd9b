"""`ops security-scan`: what the platform shows to the outside (guide, "Security Scanning")."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from scripts import aws
from scripts.context import AsJson, StackName, begin
from scripts.security import finding, sarif
from scripts.security import scan as procedure
from scripts.security.scan import Target
from scripts.services.docker_host import DockerHost
from scripts.settings import OpsSettings

HTTPS_PORT = 443

Host = Annotated[str | None, typer.Argument(help="NAME or NAME:PORT; else that of HEALTH_URL.")]
Ports = Annotated[bool, typer.Option(help="Look for open ports; to be run from outside.")]
Sarif = Annotated[Path | None, typer.Option("--sarif", help="Write the findings there, as SARIF.")]
Images = Annotated[list[str] | None, typer.Option("--image", help="Besides the compose file's.")]


def security_scan(
    host: Host = None,
    *,
    ports: Ports = True,
    image: Images = None,
    sarif_file: Sarif = None,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Scan TLS, headers, open ports, images and buckets; 0 when nothing is wrong."""
    context = begin(stack, as_json=as_json)
    settings = context.settings
    name, port = _address(host, settings)
    named = [each for each in (settings.backup_bucket, settings.media_bucket) if each]
    target = Target(
        host=name,
        port=port,
        with_ports=ports,
        images=[*_images(settings), *(image or [])],
        buckets=named,
    )
    found = procedure.scan(target, aws.s3(settings) if named else None, context.console.say)
    if sarif_file is not None:
        sarif_file.write_text(json.dumps(sarif.document(found), indent=2), encoding="utf-8")
    rows = [{**asdict(each), "severity": each.severity.name.lower()} for each in found]
    context.console.show("Findings", rows)
    raise typer.Exit(finding.exit_code(found))


def _address(host: str | None, settings: OpsSettings) -> tuple[str | None, int]:
    url = f"https://{host}" if host else settings.health_url
    if url is None:
        return None, HTTPS_PORT
    parts = urlsplit(url)
    # The health check of a Docker host may be asked without TLS; the application has it.
    return parts.hostname, (parts.port if parts.scheme == "https" else None) or HTTPS_PORT


def _images(settings: OpsSettings) -> list[str]:
    if settings.compose_file is None:
        return []
    return sorted(
        set(DockerHost(files=settings.compose_file).compose("config", "--images").split())
    )
