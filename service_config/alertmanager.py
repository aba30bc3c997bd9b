"""Alertmanager: whom alerts reach (guide, "Notification Channels")."""

from service_config.yaml_text import yaml_text


def configuration(*, region: str, alert_topic_arn: str) -> str:
    """Return alertmanager.yml, which publishes every alert to one SNS topic.

    The topic delivers to the team's address. No mail password is needed on the server: its instance
    role may publish.
    """
    topic = {
        "topic_arn": alert_topic_arn,
        "sigv4": {"region": region},
        "send_resolved": True,
        # By default it has every label in it; SNS refuses a subject of 100 characters or more.
        "subject": "[{{ .Status | toUpper }}] {{ .GroupLabels.alertname }}",
    }
    return yaml_text(
        {
            "route": {
                "receiver": "team-alerts",
                "group_by": ["alertname", "area"],
                "group_wait": "30s",
                "group_interval": "5m",
                "repeat_interval": "4h",
            },
            # Of what is critical, the warning about the same thing says nothing new.
            "inhibit_rules": [
                {
                    "source_matchers": ['severity="critical"'],
                    "target_matchers": ['severity="warning"'],
                    "equal": ["area", "instance"],
                }
            ],
            "receivers": [{"name": "team-alerts", "sns_configs": [topic]}],
        }
    )
