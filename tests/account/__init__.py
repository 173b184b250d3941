"""Tests of provider accounts."""
