"""Detection of the public address: methods to ask for it, and a judge of the answers."""
