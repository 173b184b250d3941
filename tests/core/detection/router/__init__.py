"""Tests of the router's protocols."""
