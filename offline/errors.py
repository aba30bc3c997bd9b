"""The one kind of error that the offline commands show to a user."""


class OfflineError(Exception):
    """A sentence: what was wrong, where, and what to do next."""
