"""What has to be settled before any test imports moto."""

import os

# Moto reads both when it is imported, by whichever test comes first. Certificates are issued at
# once, and AWS's own policies are there to be attached.
os.environ["MOTO_ACM_VALIDATION_WAIT"] = "0"
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
