"""HTTP and DNS requests."""
