"""Database maintenance (guide, "Database Maintenance"): statements, and a report of what is left.

run.py       VACUUM and ANALYZE, table by table
report.py    dead rows, bloat, and how far transaction numbers are from wrapping around
"""
