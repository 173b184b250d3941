"""The forms that people fill in, and the flows that show them."""
