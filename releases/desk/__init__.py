"""The release desk in frozen values: what comes when, what it lacks, who has approved it."""
