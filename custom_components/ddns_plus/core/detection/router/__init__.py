"""The router as a source, and as a sender of hints."""
