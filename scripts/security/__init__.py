"""The guide's security scan: what the platform shows to the outside, and what it is made of.

finding.py   what was found, how grave it is
sarif.py     findings in the form that code scanning reads
tls.py ports.py headers.py images.py buckets.py     the scans
"""
