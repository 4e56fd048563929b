"""The server of the Model Context Protocol, for agents, on standard input and output.

A process of this is thin: it knows the tools and how answers are shown, and passes questions on to
the one process that serves the workspace. Only ``server`` and ``main`` import the protocol's SDK,
which takes half a second.
"""
