"""Launch templates and instances, beyond what every table must do."""

from offline.aws.compute import INSTANCE, LAUNCH_TEMPLATE
from offline.provider import lifecycle
from tests.offline.aws.account import Account, State
from tests.offline.aws.cases.compute import a_profile, a_template, disk, template_inputs
from tests.offline.aws.cases.vpc import a_subnet, a_vpc


def new_version(account: Account, template: State, **changes: object) -> State:
    inputs = {k: v for k, v in template.items() if k in LAUNCH_TEMPLATE.inputs}
    client = account.client("ec2")
    return lifecycle.update(
        LAUNCH_TEMPLATE, client, template["id"], template, inputs, {**inputs, **changes}
    )


def an_instance(account: Account, template: State, version: str) -> State:
    return account.create(
        INSTANCE.token,
        launchTemplate={"id": template["id"], "version": version},
        subnetId=a_subnet(account, a_vpc(account)),
    )


def running_version(account: Account, instance: State) -> str:
    inputs = {"launchTemplate": instance["launchTemplate"]}
    found = lifecycle.read(INSTANCE, account.client("ec2"), instance["id"], instance, inputs)
    assert found is not None
    return found[1]["launchTemplate"]["version"]


def test_a_changed_template_is_a_new_default_version(account: Account) -> None:
    template = a_template(account)

    changed = new_version(account, template, instanceType="m6i.2xlarge")

    assert (changed["latestVersion"], changed["defaultVersion"]) == (2, 2)


def test_a_template_that_is_not_to_move_its_default_version_keeps_it(account: Account) -> None:
    template = a_template(account, updateDefaultVersion=False)

    changed = new_version(account, template, instanceType="m6i.2xlarge")

    assert (changed["latestVersion"], changed["defaultVersion"]) == (2, 1)


def test_changed_tags_of_a_template_make_no_version(account: Account) -> None:
    changed = new_version(account, a_template(account), tags={"Owner": "platform"})

    assert changed["latestVersion"] == 1


def test_an_instance_follows_latest_until_the_template_has_a_newer_version(
    account: Account,
) -> None:
    template = a_template(account)
    instance = an_instance(account, template, "$Latest")
    assert running_version(account, instance) == "$Latest"

    new_version(account, template, instanceType="m6i.2xlarge")

    assert running_version(account, instance) == "1"


def test_an_instance_is_what_its_template_says(account: Account) -> None:
    profile = a_profile(account)
    template = account.create(
        LAUNCH_TEMPLATE.token, **template_inputs(account, iamInstanceProfile={"arn": profile})
    )

    instance = an_instance(account, template, "$Latest")

    ec2 = account.client("ec2")
    by_id = {"InstanceIds": [instance["id"]]}
    told = ec2.describe_instances(**by_id)["Reservations"][0]["Instances"][0]
    assert told["InstanceType"] == "m6i.xlarge"
    assert told["MetadataOptions"]["HttpTokens"] == "required"
    assert told["MetadataOptions"]["HttpPutResponseHopLimit"] == 2
    assert told["Monitoring"]["State"] == "enabled"
    by_instance = [{"Name": "instance-id", "Values": [instance["id"]]}]
    associations = ec2.describe_iam_instance_profile_associations(Filters=by_instance)
    [association] = associations["IamInstanceProfileAssociations"]
    assert association["IamInstanceProfile"]["Arn"] == profile
    [mapping] = told["BlockDeviceMappings"]
    [volume] = ec2.describe_volumes(VolumeIds=[mapping["Ebs"]["VolumeId"]])["Volumes"]
    assert (volume["Size"], volume["VolumeType"]) == (disk(100)["ebs"]["volumeSize"], "gp3")
    assert volume["Encrypted"] is True


def test_a_deleted_instance_leaves_no_disk_and_no_network_interface(account: Account) -> None:
    instance = an_instance(account, a_template(account), "$Latest")
    ec2 = account.client("ec2")

    lifecycle.delete(INSTANCE, ec2, instance["id"], instance)

    attached = [{"Name": "attachment.instance-id", "Values": [instance["id"]]}]
    assert ec2.describe_volumes(Filters=attached)["Volumes"] == []
    in_subnet = [{"Name": "subnet-id", "Values": [instance["subnetId"]]}]
    assert ec2.describe_network_interfaces(Filters=in_subnet)["NetworkInterfaces"] == []


def test_an_instance_of_another_size_keeps_its_identity_and_runs(account: Account) -> None:
    inputs = {
        "ami": "ami-12345678",
        "instanceType": "m6i.xlarge",
        "subnetId": a_subnet(account, a_vpc(account)),
    }
    instance = account.create(INSTANCE.token, **inputs)
    larger = {**inputs, "instanceType": "m6i.2xlarge"}

    resized = lifecycle.update(
        INSTANCE, account.client("ec2"), instance["id"], instance, inputs, larger
    )

    assert (resized["instanceType"], resized["instanceState"]) == ("m6i.2xlarge", "running")


def test_a_replaced_instance_gets_the_reserved_address_again(account: Account) -> None:
    subnet = a_subnet(account, a_vpc(account))
    account.create(
        "aws:ec2/subnetCidrReservation:SubnetCidrReservation",
        subnetId=subnet,
        cidrBlock="10.0.1.16/28",
        reservationType="explicit",
    )
    template, client = a_template(account), account.client("ec2")
    inputs = {
        "launchTemplate": {"id": template["id"], "version": "$Latest"},
        "subnetId": subnet,
        "privateIp": "10.0.1.16",
    }

    first = account.create(INSTANCE.token, **inputs)
    lifecycle.delete(INSTANCE, client, first["id"], first)
    second = account.create(INSTANCE.token, **inputs)

    assert (first["privateIp"], second["privateIp"]) == ("10.0.1.16", "10.0.1.16")
    assert first["id"] != second["id"]
