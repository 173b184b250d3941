"""Tests of this machine's own addresses."""
