"""OpenPGP: certificates people give us, signing as the team, mail encrypted to members and decrypted from finders.

Everything but `team` and `prepared` is PURE: bytes and values in, bytes and values out, no Django. The library behind
it is pysequoia, whose messages carry backtraces: none of them leaves this room.
"""
