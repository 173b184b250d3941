"""Tests against a whole Home Assistant that they start, and real servers on loopback."""
