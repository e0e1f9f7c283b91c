"""A replica's database: records and their history are the truth, everything else is derived from them.

`dialect` holds what differs between database engines; nothing above it names one.
"""
