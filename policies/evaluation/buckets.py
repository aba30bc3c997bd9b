"""S3 buckets, and the resources that configure them from beside."""

from collections.abc import Collection, Iterator, Sequence

from pulumi_policy import PolicyResource

from evaluation.properties import known_at

# The SDK names most S3 resources twice; both names make the same thing.
BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
ENCRYPTION_CONFIGURATIONS = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
)
PUBLIC_ACCESS_BLOCKS = ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",)


def buckets(resources: Sequence[PolicyResource]) -> Iterator[PolicyResource]:
    """The stack's buckets."""
    return (resource for resource in resources if resource.resource_type in BUCKETS)


def is_configured(
    bucket: PolicyResource, resources: Sequence[PolicyResource], kinds: Collection[str]
) -> bool:
    """Whether the stack has a resource of one of these kinds whose `bucket` is this bucket.

    It is when the property comes from the bucket's outputs, which are unknown before the bucket
    exists, or when both give the same name.
    """
    name = known_at(bucket.props, "bucket")
    return any(
        any(source.urn == bucket.urn for source in resource.property_dependencies.get("bucket", []))
        or (name is not None and known_at(resource.props, "bucket") == name)
        for resource in resources
        if resource.resource_type in kinds
    )
