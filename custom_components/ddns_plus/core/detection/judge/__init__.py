"""Pure decisions: which address the answers of a round prove."""
