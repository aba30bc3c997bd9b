"""`ops failover`: the standby takes over from the primary (guide, Failover Procedures).

plan.py         what is to be done from here, or why nothing may be
procedure.py    doing it: the order is what makes it safe
observation.py  what the two servers are at this moment
loss.py         how much would be lost with the primary
fence.py        the old primary takes no more writes
promotion.py    the standby becomes the primary
pointing.py     the connection strings in `.env`
clients.py      clients leave the servers that still know the old primary
journal.py      what was begun and what was finished, as JSON lines
divergence.py   whether the data of the old primary can be joined to the new one
rejoin.py       the old primary comes back as the standby
rds.py          the same on AWS, where RDS fences and Route 53 points

The old primary is fenced before the standby is promoted, always. Whatever step a run dies at, the
next run finds out from the servers themselves and goes on there.
"""
