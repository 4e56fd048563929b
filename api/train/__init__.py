"""Train: fit the ranker of fixes to what was taken in a workspace, and keep it if it is better."""
