"""The one error for whatever is wrong with a file of the pack."""


class FaultyFileError(Exception):
    """A file of the pack cannot be taken as it stands; the text says where and why."""
