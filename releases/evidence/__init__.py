"""What shows a verdict: hunks, lines, commits, lists, and the mbox that makes a fix apply."""
