"""Tests of what several providers share."""
