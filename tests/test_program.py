"""The whole program, run with the stack files that are committed."""

import pulumi
import pytest

from tests.components.recording import Recording
from tests.program import recorded, run_program, stack_settings

COUNTS = {
    "aws:accessanalyzer/analyzer:Analyzer": 1,
    "aws:acm/certificate:Certificate": 1,
    "aws:acm/certificateValidation:CertificateValidation": 1,
    "aws:autoscaling/group:Group": 2,
    "aws:autoscaling/lifecycleHook:LifecycleHook": 4,
    "aws:autoscaling/policy:Policy": 2,
    "aws:budgets/budget:Budget": 1,
    "aws:cfg/deliveryChannel:DeliveryChannel": 1,
    "aws:cfg/recorder:Recorder": 1,
    "aws:cfg/recorderStatus:RecorderStatus": 1,
    "aws:cloudtrail/trail:Trail": 1,
    "aws:cloudwatch/eventRule:EventRule": 2,
    "aws:cloudwatch/eventTarget:EventTarget": 2,
    "aws:cloudwatch/logGroup:LogGroup": 10,
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": 14,
    "aws:cloudwatch/metricAlarm:MetricAlarm": 68,
    "aws:ebs/encryptionByDefault:EncryptionByDefault": 1,
    "aws:ebs/volume:Volume": 1,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": 1,
    "aws:ec2/eip:Eip": 3,
    "aws:ec2/flowLog:FlowLog": 1,
    "aws:ec2/instance:Instance": 3,
    "aws:ec2/internetGateway:InternetGateway": 1,
    "aws:ec2/launchTemplate:LaunchTemplate": 5,
    "aws:ec2/natGateway:NatGateway": 3,
    "aws:ec2/route:Route": 4,
    "aws:ec2/routeTable:RouteTable": 5,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": 9,
    "aws:ec2/securityGroup:SecurityGroup": 7,
    "aws:ec2/subnet:Subnet": 9,
    "aws:ec2/subnetCidrReservation:SubnetCidrReservation": 2,
    "aws:ec2/volumeAttachment:VolumeAttachment": 1,
    "aws:ec2/vpc:Vpc": 1,
    "aws:ec2/vpcEndpoint:VpcEndpoint": 7,
    "aws:guardduty/detector:Detector": 1,
    "aws:guardduty/detectorFeature:DetectorFeature": 4,
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": 1,
    "aws:iam/instanceProfile:InstanceProfile": 5,
    "aws:iam/role:Role": 14,
    "aws:iam/rolePolicy:RolePolicy": 13,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 7,
    "aws:kms/alias:Alias": 2,
    "aws:kms/key:Key": 2,
    "aws:lambda/function:Function": 1,
    "aws:lambda/permission:Permission": 1,
    "aws:lb/listener:Listener": 2,
    "aws:lb/listenerRule:ListenerRule": 2,
    "aws:lb/loadBalancer:LoadBalancer": 1,
    "aws:lb/targetGroup:TargetGroup": 2,
    "aws:rds/eventSubscription:EventSubscription": 1,
    "aws:rds/instance:Instance": 2,
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": 1,
    "aws:rds/parameterGroup:ParameterGroup": 1,
    "aws:rds/subnetGroup:SubnetGroup": 1,
    "aws:route53/record:Record": 9,
    "aws:route53/zone:Zone": 2,
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": 1,
    "aws:s3/bucket:Bucket": 7,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 7,
    "aws:s3/bucketLogging:BucketLogging": 4,
    "aws:s3/bucketObjectv2:BucketObjectv2": 34,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": 7,
    "aws:s3/bucketPolicy:BucketPolicy": 7,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 7,
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": 2,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": 7,
    "aws:s3/bucketVersioning:BucketVersioning": 7,
    "aws:secretsmanager/secret:Secret": 3,
    "aws:secretsmanager/secretRotation:SecretRotation": 1,
    "aws:secretsmanager/secretVersion:SecretVersion": 3,
    "aws:sns/topic:Topic": 2,
    "aws:sns/topicSubscription:TopicSubscription": 2,
    "aws:ssm/association:Association": 3,
    "aws:ssm/document:Document": 4,
    "aws:ssm/maintenanceWindow:MaintenanceWindow": 1,
    "aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget": 1,
    "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask": 1,
    "aws:ssm/parameter:Parameter": 1,
    "aws:ssm/patchBaseline:PatchBaseline": 1,
    "aws:ssm/patchGroup:PatchGroup": 1,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": 25,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": 20,
    "aws:wafv2/webAcl:WebAcl": 1,
    "aws:wafv2/webAclAssociation:WebAclAssociation": 1,
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": 1,
    "messaging-app:aws:AccountAudit": 1,
    "messaging-app:aws:AccountRecorder": 1,
    "messaging-app:aws:Alarms": 4,
    "messaging-app:aws:AuditAlarms": 1,
    "messaging-app:aws:AuditTrail": 1,
    "messaging-app:aws:Bucket": 7,
    "messaging-app:aws:BucketCopy": 2,
    "messaging-app:aws:CacheServers": 1,
    "messaging-app:aws:Certificate": 1,
    "messaging-app:aws:Configuration": 1,
    "messaging-app:aws:CostBudget": 1,
    "messaging-app:aws:DataStores": 1,
    "messaging-app:aws:Database": 1,
    "messaging-app:aws:DatabaseEvents": 1,
    "messaging-app:aws:EncryptionKey": 2,
    "messaging-app:aws:EnhancedMonitoring": 1,
    "messaging-app:aws:Entry": 1,
    "messaging-app:aws:Firewall": 1,
    "messaging-app:aws:Fleet": 1,
    "messaging-app:aws:Foundation": 1,
    "messaging-app:aws:Function": 1,
    "messaging-app:aws:GeneratedSecret": 3,
    "messaging-app:aws:LoadBalancer": 1,
    "messaging-app:aws:Migration": 1,
    "messaging-app:aws:Network": 1,
    "messaging-app:aws:Notifications": 2,
    "messaging-app:aws:Operations": 1,
    "messaging-app:aws:Oversight": 1,
    "messaging-app:aws:PasswordRotation": 1,
    "messaging-app:aws:Patching": 1,
    "messaging-app:aws:Platform": 1,
    "messaging-app:aws:PrivateZone": 1,
    "messaging-app:aws:Restart": 1,
    "messaging-app:aws:Rollout": 2,
    "messaging-app:aws:ServerGroup": 2,
    "messaging-app:aws:ServerTemplate": 5,
    "messaging-app:aws:VpcEndpoints": 1,
    "messaging-app:aws:WebFirewall": 1,
    "pulumi:providers:aws": 1,
    "random:index/randomPassword:RandomPassword": 3,
}
"""Local and prod have the same shape, which is what makes the first a rehearsal of the second."""


@pytest.mark.parametrize("stack", ["local", "prod"])
def test_it_makes_exactly_these_resources(stack: str) -> None:
    assert dict(sorted(recorded(stack).counts().items())) == COUNTS


def protected(program: Recording) -> set[str]:
    return {each.name for each in program.resources if each.request.protect}


def test_prod_protects_what_holds_data() -> None:
    prod = recorded("prod")
    assert protected(prod) == {
        "audit-bucket",
        "backups-bucket",
        "backups-copy-bucket",
        "certificate-zone",
        "copies-key",
        "database-primary",
        "database-replica",
        "encryption-key",
        "logs-bucket",
        "media-bucket",
        "media-copy-bucket",
        "network-vpc",
        "operations-data",
    }
    balancer = prod.one("aws:lb/loadBalancer:LoadBalancer")
    assert balancer.inputs["enableDeletionProtection"] is True


def test_nothing_stops_the_end_of_a_local_stack() -> None:
    local = recorded("local")
    assert protected(local) == set()
    for bucket in local.all("aws:s3/bucket:Bucket"):
        assert bucket.inputs["forceDestroy"] is True, bucket.name
    for database in local.all("aws:rds/instance:Instance"):
        assert database.inputs["deletionProtection"] is False, database.name
    balancer = local.one("aws:lb/loadBalancer:LoadBalancer")
    assert balancer.inputs["enableDeletionProtection"] is False


def test_a_fault_in_the_settings_is_a_message_and_no_traceback() -> None:
    settings = {**stack_settings("local"), "target": "moon"}
    with pytest.raises(pulumi.RunError) as caught:
        run_program(settings)
    assert str(caught.value) == 'target: given "moon", allowed is "aws".'
