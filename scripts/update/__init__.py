"""System updates (guide, "System Updates"): one at a time, until one is not healthy afterwards.

docker_host.py   packages of this machine, then containers, service by service
aws.py           servers that stay are patched one by one; groups replace theirs
"""
