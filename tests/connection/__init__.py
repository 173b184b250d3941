"""Tests of internet connections."""
