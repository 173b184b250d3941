"""This machine's own addresses."""
