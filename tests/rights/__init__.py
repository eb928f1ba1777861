"""Who may open what: one declared audience for each address, asked of every kind of person in every state."""
