"""The response to an incident (guide, "Incident Response"): note it, tell people, act once.

record.py     the incident log, the audit record, and what was done when
telling.py    Slack and SNS, in a bounded time
response.py   what happens, in which order
"""
