"""What the house does by itself, in the background; one file per duty, all listed in `runner.JOBS`."""
