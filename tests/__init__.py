"""Tests of DDNS Plus."""
