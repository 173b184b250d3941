"""What to do with a record now, and what an answer makes of it."""
