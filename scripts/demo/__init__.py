"""A small internet on loopback, and a Home Assistant beside it, to see DDNS Plus at work."""
