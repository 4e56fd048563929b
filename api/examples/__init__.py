"""Examples: pairs of bad and good code with their context, for training and judging models.

They come from mistakes that agents made here, from commits that mended one, and from mutations of
the workspace's own code. Each was judged: the bad one fails by the named rule, the good one passes.
"""
