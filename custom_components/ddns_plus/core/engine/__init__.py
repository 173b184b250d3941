"""Engine: pure decisions on the records of an account, and its state."""
