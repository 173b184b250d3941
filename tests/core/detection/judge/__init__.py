"""Tests of the judgement on answers."""
