"""The errors that the offline commands show to a user."""


class OfflineError(Exception):
    """A sentence: what was wrong, where, and what to do next."""


class StateError(OfflineError):
    """The stack's state is no state."""


class PassphraseError(OfflineError):
    """The passphrase at hand does not open the stack's state."""
