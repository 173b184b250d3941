"""Tests of the public services that tell an address."""
