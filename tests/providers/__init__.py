"""One contract for every provider, and the scenarios they are held to."""
