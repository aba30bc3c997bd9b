"""S3 replication: what a bucket copies to another one."""

from functools import partial

from offline.aws.s3 import OF_BUCKET, WHICH, bucket_part
from offline.provider.convert import camel, pascal
from offline.provider.table import Call, From, P, Read, Resource

IRREGULAR = {"id": "ID", "replicaKmsKeyId": "ReplicaKmsKeyID"}

REPLICATION = bucket_part(
    "BucketReplicationConfig",
    Call(
        "put_bucket_replication",
        {
            **OF_BUCKET,
            "ReplicationConfiguration": {
                "Role": P("role"),
                "Rules": P("rules", partial(pascal, irregular=IRREGULAR)),
            },
        },
    ),
    Read(
        "get_bucket_replication",
        WHICH,
        "ReplicationConfiguration",
        {"role": "Role", "rules": From("Rules", partial(camel, irregular=IRREGULAR))},
    ),
    Call("delete_bucket_replication", WHICH),
    "ReplicationConfigurationNotFoundError",
)

RESOURCES: tuple[Resource, ...] = (REPLICATION,)
