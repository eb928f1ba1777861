"""PURE: one module per document that Penstock reads or writes. Knows no Django; bytes and values in, values out."""
