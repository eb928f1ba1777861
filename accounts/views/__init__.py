"""Pages of people's accounts, and of the team's seats."""
