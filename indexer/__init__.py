"""Facts: what the code of a workspace says, extracted, stored and kept current."""
