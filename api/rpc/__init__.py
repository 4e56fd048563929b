"""The JSON-RPC face: the operations, served to many clients at once.

``client`` and ``relay`` start fast: a hook or an attached process imports neither asyncio nor
pygls. ``host`` is the serving side, and ``peer`` is where pygls does its part.
"""
