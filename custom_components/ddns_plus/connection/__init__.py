"""One internet connection: its sources, its known addresses, its notices."""
