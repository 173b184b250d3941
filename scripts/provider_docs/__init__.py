"""Pages and tables of the providers, made from their metadata."""
