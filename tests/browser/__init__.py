"""Tests with a real browser, as a person uses Home Assistant."""
