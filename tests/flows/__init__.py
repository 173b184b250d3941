"""Tests of the forms and flows."""
