"""The pages and tables about the providers, made of what the providers say of themselves."""
