"""Finding what matters for a task: what it asks for, evidence in files and history, packing.

Nothing here is learned at run time and nothing is a neural network: files are ranked by words,
names, places and history, with weights that were fitted on commits of other code bases (see
``benchmarks/retrieval.py``). What is asked of the index goes through a snapshot, so the ranking is
of the bytes that are there now.
"""
