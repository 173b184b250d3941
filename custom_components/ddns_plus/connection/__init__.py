"""An internet connection: whom it asks, what it knows, what it tells."""
