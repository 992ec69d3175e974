"""Pages for the people whose accounts these are; they work signed out and without JavaScript."""
