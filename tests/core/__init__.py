"""Tests of the core, which knows nothing of Home Assistant."""
