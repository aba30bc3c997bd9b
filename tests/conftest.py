"""What has to be settled before any test runs, or imports moto."""

import os
import signal

# A shell starts background jobs with SIGINT ignored, and all that they start would ignore it too:
# what is interrupted here must notice.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Moto reads both when it is imported, by whichever test comes first. Certificates are issued at
# once, and AWS's own policies are there to be attached.
os.environ["MOTO_ACM_VALIDATION_WAIT"] = "0"
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
