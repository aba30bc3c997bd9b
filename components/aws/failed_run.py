"""What keeps Pulumi from going on after something that it was to run has failed.

The provider waits for a new association of Systems Manager and reports its failure, but the state
then has the association all the same.
"""

from collections.abc import Callable

import pulumi


class FailedRunError(Exception):
    """What an association was to run has not been done."""


def refuse_to_forget_a_failure(what: str) -> Callable[[pulumi.ResourceHookArgs], None]:
    """Return a hook that stops an update of an association that changes nothing.

    Such an update is how Pulumi goes on after a creation that failed: the provider would find
    nothing to do, and whatever depends on the association would be changed.

    Args:
        what: what the association runs, as the beginning of a sentence.
    """

    def hook(update: pulumi.ResourceHookArgs) -> None:
        """Raise FailedRunError when the last run did not succeed."""
        if update.old_inputs == update.new_inputs:
            raise FailedRunError(
                f"{what} did not succeed. Once its cause is removed, run it again "
                f"with: pulumi up --replace '{update.urn}'"
            )

    return hook
