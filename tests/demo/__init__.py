"""Tests of the demo's servers."""
