"""Whom to believe."""
