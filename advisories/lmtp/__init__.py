"""Mail over LMTP (RFC 2033): a mail server hands letters over one connection and hears for each recipient what became
of it. `session` and `wire` are PURE; `listening` holds the sockets, and is told what to do with a letter.

Written here and not taken from a library: what there is answers once for all recipients, bounds neither connections
nor the memory that all of them hold together, and takes a bare newline for the end of a line.
"""
