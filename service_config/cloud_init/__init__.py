"""User data of every kind of server: Ubuntu 22.04 boots it into service (guide, "Deployment")."""
