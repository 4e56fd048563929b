"""``python -m flux_index.api.cli``: the same as the command ``flux-index``."""

from __future__ import annotations

import sys

from . import main

if __name__ == "__main__":
    sys.exit(main())
