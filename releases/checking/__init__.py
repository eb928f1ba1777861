"""The main job: what is due, who works on it, what was found."""
