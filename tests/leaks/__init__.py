"""What a stranger, a guest or an operator may find out by asking."""
