"""Tests of HTTP, DNS and signatures."""
