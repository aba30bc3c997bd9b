"""Whether everything that the application stands on is well, as `ops health` tells.

check.py      what one check finds, and how checks run side by side
database.py cache.py entry.py storage.py      the checks
"""
