"""How much is logged, on standard error: by FLUX_INDEX_LOG, which ``-v`` sets to ``info``."""

from __future__ import annotations

import logging
import os

VARIABLE = "FLUX_INDEX_LOG"
LEVELS = ("debug", "info", "warning", "error")


def begin(*handlers: logging.Handler) -> None:
    """Log what serving processes tell, to standard error unless handlers are given."""
    chosen = os.environ.get(VARIABLE, "").lower()
    level = logging.getLevelNamesMapping()[(chosen if chosen in LEVELS else "warning").upper()]
    shape = "flux-index: %(asctime)s %(levelname)s %(name)s: %(message)s"
    if handlers:
        shape = logging.BASIC_FORMAT  # what they are of says whose they are
    elif level >= logging.WARNING:
        shape = "flux-index: %(levelname)s: %(message)s"
    logging.basicConfig(format=shape, level=logging.WARNING, handlers=handlers or None)
    if level != logging.WARNING:
        # Only ours: what libraries tell of themselves helps nobody here.
        logging.getLogger("flux_index").setLevel(level)
