"""Tests against real servers, run on loopback by the tests themselves."""
