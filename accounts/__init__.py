"""Who acts: the user, team seats, sign-in."""
