"""The product as people walk through it: whole ways, the hardest cases of the field, and several people at once."""
