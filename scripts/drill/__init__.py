"""`ops drill`: a primary is lost under load, on this machine, with real servers.

servers.py     PostgreSQL servers in a temporary folder
messages.py    a database that looks like the application's
load.py        clients that write, and remember what was acknowledged
exercise.py    one loss of a primary, from the kill to the first commit on the standby
recovery.py    a backup, restored to a third server and compared
course.py      the whole drill, in its order
report.py      what was measured, as a table, JSON and metrics
"""
