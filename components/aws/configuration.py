"""Configuration files as objects in a bucket, from where a server fetches them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import s3

from components.identity import Identity, Role
from service_config.operations_files import MANIFEST, manifest


@dataclass(frozen=True, kw_only=True)
class ConfigurationArgs:
    """Which files, and where they go."""

    identity: Identity
    role: Role
    bucket: pulumi.Input[str]
    """Encrypts what it holds by itself."""
    prefix: str
    """Folder in the bucket, without a slash at its end."""
    paths: Sequence[str]
    contents: pulumi.Output[Mapping[str, str]]
    """Text by path, for each of `paths`; no secrets."""


class Configuration(pulumi.ComponentResource):
    """One object a file, and at last a list of their digests.

    Objects are written one after the other. Whoever reads them compares them with the list, and so
    never takes half of a change for the whole.
    """

    location: pulumi.Output[str]
    """`s3://bucket/prefix`."""

    def __init__(
        self, name: str, args: ConfigurationArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Configuration", name, None, opts)
        files = [
            self._object(f"{name}-{path}", args, path, _content_of(args.contents, path))
            for path in args.paths
        ]
        digests = args.contents.apply(manifest)
        self._object(f"{name}-{MANIFEST}", args, MANIFEST, digests, after=files)
        self.location = pulumi.Output.format("s3://{0}/{1}", args.bucket, args.prefix)
        self.register_outputs({"location": self.location})

    def _object(
        self,
        name: str,
        args: ConfigurationArgs,
        path: str,
        content: pulumi.Output[str],
        after: Sequence[pulumi.Resource] = (),
    ) -> pulumi.Resource:
        return s3.BucketObjectv2(
            name,
            bucket=args.bucket,
            key=f"{args.prefix}/{path}",
            content=content,
            content_type="text/plain; charset=utf-8",
            tags=args.identity.tags(args.role),
            opts=pulumi.ResourceOptions(parent=self, depends_on=after),
        )


def _content_of(contents: pulumi.Output[Mapping[str, str]], path: str) -> pulumi.Output[str]:
    return contents.apply(lambda known: known[path])
