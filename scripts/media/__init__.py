"""Copies of users' media: bucket to bucket, or between a bucket and a folder.

places.py       a bucket or a folder, as one can be copied to the other
checksums.py    whether two copies are the same without reading an object
sync.py         what has to be copied, and copying it
consistency.py  whether the files and the database agree
"""
