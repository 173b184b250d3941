"""What other clients ask of the same providers, beside what ours asks."""
