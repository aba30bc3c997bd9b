"""S3 buckets, and the resources that configure them from beside."""

from collections.abc import Collection

from evaluation.resources import Resource, Stack

# The SDK names most S3 resources twice; both names make the same thing.
BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
ENCRYPTION_CONFIGURATIONS = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
)
PUBLIC_ACCESS_BLOCKS = ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",)
VERSIONINGS = (
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketVersioningV2:BucketVersioningV2",
)
LOGGINGS = ("aws:s3/bucketLogging:BucketLogging", "aws:s3/bucketLoggingV2:BucketLoggingV2")
LIFECYCLES = (
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
)
REPLICATIONS = ("aws:s3/bucketReplicationConfig:BucketReplicationConfig",)
BUCKET_POLICIES = ("aws:s3/bucketPolicy:BucketPolicy",)
ACCOUNT_PUBLIC_ACCESS_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"


def is_configured(bucket: Resource, stack: Stack, kinds: Collection[str]) -> bool:
    """Whether the stack has a resource of one of these kinds whose `bucket` is this bucket."""
    return bool(configurations(bucket, stack, kinds))


def configurations(bucket: Resource, stack: Stack, kinds: Collection[str]) -> list[Resource]:
    """The resources of these kinds whose `bucket` is this bucket."""
    return stack.attached(bucket, kinds, "bucket", "bucket")
