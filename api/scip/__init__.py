"""SCIP: the format in which indexers of code hand each other what they found out."""
