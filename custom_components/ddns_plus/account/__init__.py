"""Provider account: publishing for its hostnames, and news of it."""
