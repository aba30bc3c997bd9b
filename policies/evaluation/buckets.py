"""S3 buckets, and the resources that configure them from beside."""

from collections.abc import Collection, Sequence

from pulumi_policy import PolicyResource

from evaluation.properties import known_at

# The SDK names most S3 resources twice; both names make the same thing.
BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
ENCRYPTION_CONFIGURATIONS = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
)
PUBLIC_ACCESS_BLOCKS = ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",)
ACCOUNT_PUBLIC_ACCESS_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"


def is_configured(
    bucket: PolicyResource, resources: Sequence[PolicyResource], kinds: Collection[str]
) -> bool:
    """Whether the stack has a resource of one of these kinds whose `bucket` is this bucket."""
    return any(
        _names(resource, bucket) for resource in resources if resource.resource_type in kinds
    )


def _names(resource: PolicyResource, bucket: PolicyResource) -> bool:
    named, name = known_at(resource.props, "bucket"), known_at(bucket.props, "bucket")
    if named is not None and name is not None:
        return named == name
    # The name of a bucket that does not exist yet is unknown: then its outputs stand for it.
    sources = resource.property_dependencies.get("bucket", [])
    return any(source.urn == bucket.urn for source in sources)
