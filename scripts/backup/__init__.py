"""Backups of the database: written, listed, verified, restored.

manifest.py    what a backup says about itself; written last, so that it exists only when all does
repository.py  where backups lie in S3, and what is left there by runs that did not end
objects.py     one object: compressed, encrypted, checksummed, streamed out and in
uploads.py     … in parts, and those that were never finished
catalogue.py   what PostgreSQL says is to be backed up
snapshot.py    several sessions that see the same moment
dump.py        the backup
local.py       … and its copy in a folder, for seven days
load.py        a backup into an empty database
restore.py     … that then takes the place of the live one
verify.py      … on a server that is thrown away, compared with what was written
"""
