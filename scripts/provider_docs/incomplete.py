"""Error for a provider of which something is missing."""


class IncompleteProviderError(Exception):
    """A provider has no page yet; the text says what is missing, and the next step."""
