"""Cloudflare, against an API with a memory."""
