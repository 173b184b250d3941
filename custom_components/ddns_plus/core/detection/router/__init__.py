"""The router: asking it, and hearing it."""
