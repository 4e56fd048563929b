"""The JSON-RPC server: the operations, served to many clients at once.

``client`` and ``proxy`` start fast: a command, a hook or an attached process imports neither
asyncio nor pygls. ``server`` and ``connection`` are the serving side, on pygls.
"""
