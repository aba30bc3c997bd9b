"""Alarms of single servers, of Lambda functions, and of the way that alarms themselves take."""

import pulumi

from components.aws.alarms import Alarm, Metric
from components.identity import Role

MINUTE = 60

CPU_PERCENT = 85


def server_alarms(
    server: str, role: Role, *, instance_id: pulumi.Input[str], region: str
) -> dict[str, Alarm]:
    """Alarms of one server: EC2 moves it off broken hardware, and restarts it when it hangs.

    Its address, its disks and its data stay. EC2 can only recover from what its own check finds,
    so the two checks have an alarm each. Restarting waits longer, so that a server that is being
    moved is not restarted meanwhile (AWS: Create alarms to stop, terminate, reboot, or recover).
    """
    dimensions = {"InstanceId": instance_id}

    def check(summary: str, metric: str, periods: int, action: str) -> Alarm:
        return Alarm(
            role=role,
            runbook="server-status",
            summary=summary,
            metrics={
                "failed": Metric(
                    namespace="AWS/EC2", name=metric, dimensions=dimensions, statistic="Maximum"
                )
            },
            comparison=">",
            threshold=0,
            periods=periods,
            # A server that somebody stopped is not broken.
            missing="missing",
            actions=[f"arn:aws:automate:{region}:ec2:{action}"],
        )

    return {
        f"{server}-hardware": check(
            "EC2 finds the server's hardware broken and moves it.",
            "StatusCheckFailed_System",
            2,
            "recover",
        ),
        f"{server}-status": check(
            "The server does not answer EC2 and is restarted.",
            "StatusCheckFailed_Instance",
            3,
            "reboot",
        ),
        f"{server}-cpu": Alarm(
            role=role,
            runbook="server-cpu",
            summary="The server works close to what its processors can do.",
            metrics={
                "cpu": Metric(
                    namespace="AWS/EC2",
                    name="CPUUtilization",
                    dimensions=dimensions,
                    statistic="Average",
                )
            },
            comparison=">",
            threshold=CPU_PERCENT,
            period_seconds=5 * MINUTE,
            periods=3,
            missing="missing",
        ),
    }


def monitoring_alarms(environment: str) -> dict[str, Alarm]:
    """The alarm on Prometheus and Alertmanager, which cannot tell that they are gone themselves."""
    metric = Metric(
        namespace="messaging-app",
        name="MonitoringHeartbeat",
        dimensions={"Environment": environment},
        statistic="SampleCount",
    )
    return {
        "monitoring-silent": Alarm(
            role="monitoring",
            runbook="monitoring-silent",
            summary="Prometheus or Alertmanager is not ready, or their server is gone.",
            metrics={"heartbeat": metric},
            comparison="<",
            threshold=1,
            period_seconds=5 * MINUTE,
            periods=3,
            missing="breaching",
        )
    }


def function_alarms(function: str, role: Role, name: pulumi.Input[str]) -> dict[str, Alarm]:
    """The alarm on a Lambda function, called `name`, that fails."""
    metric = Metric(
        namespace="AWS/Lambda",
        name="Errors",
        dimensions={"FunctionName": name},
        statistic="Sum",
    )
    return {
        f"{function}-failures": Alarm(
            role=role,
            runbook="function-failures",
            summary="A Lambda function fails.",
            metrics={"errors": metric},
            comparison=">",
            threshold=0,
            period_seconds=5 * MINUTE,
            periods=1,
            # It runs only when it is called.
            missing="notBreaching",
        )
    }


def topic_alarms(topic_name: pulumi.Input[str]) -> dict[str, Alarm]:
    """The alarm on notifications that do not arrive: whoever is still reached learns of it."""
    metric = Metric(
        namespace="AWS/SNS",
        name="NumberOfNotificationsFailed",
        dimensions={"TopicName": topic_name},
        statistic="Sum",
    )
    return {
        "notifications-failed": Alarm(
            role="monitoring",
            runbook="notifications-failed",
            summary="An alert did not reach everybody.",
            metrics={"failed": metric},
            comparison=">",
            threshold=0,
            period_seconds=5 * MINUTE,
            periods=1,
            missing="notBreaching",
        )
    }
