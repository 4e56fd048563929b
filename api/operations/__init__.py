"""One module per question that can be asked of a snapshot."""
