"""Tests of learning the public address."""
