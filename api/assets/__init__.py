"""Scripts of others that pages need, kept here so that pages work without a network.

| file | package | version | licence |
|---|---|---|---|
| cytoscape.min.js | cytoscape | 3.35.0 | MIT |
| elk.bundled.js | elkjs | 0.12.1 | EPL-2.0 |
| cytoscape-elk.js | cytoscape-elk | 2.3.0 | MIT |
| vega.min.js | vega | 6.4.0 | BSD-3-Clause |
| vega-lite.min.js | vega-lite | 6.4.3 | BSD-3-Clause |
| vega-embed.min.js | vega-embed | 7.3.0 | BSD-3-Clause |

They are as their authors published them, without the links to source maps; `licences/` has the
text of each licence.
"""

from __future__ import annotations

from importlib import resources


def read_asset(name: str) -> bytes:
    """Return the content of a file of this folder, for example `vega.min.js`."""
    return resources.files(__name__).joinpath(name).read_bytes()
