"""A provider account: what is published for its hostnames, and what is told of it."""
