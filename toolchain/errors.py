"""What can go wrong while the tools are set up."""


class ToolchainError(Exception):
    """The set-up cannot go on; the message is a sentence for the user that ends in what to do."""


class UnavailableError(Exception):
    """One way to the CLI does not work on this machine; the message says why."""
