"""Check how well ``api/tokens.py`` counts, against real tokenizers.

    python tokens.py [--node-modules FOLDER] FOLDER [FOLDER …]

Passages of 5 to 1,000 lines are drawn from the files below the folders, by a fixed seed. They are
counted by o200k (npm's ``gpt-tokenizer``) and by ``@anthropic-ai/tokenizer`` (of Claude 2), which
npm installs into a temporary folder unless a folder that has them is named; the larger count is
the truth. Needs Node.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
from tempfile import TemporaryDirectory

from process import quantile

PACKAGES = ("gpt-tokenizer@3", "@anthropic-ai/tokenizer@0.0.4")

_KINDS = {"code": (".py", ".pyi"), "prose": (".rst", ".md", ".txt"),
          "other": (".toml", ".cfg", ".json", ".yml", ".js", ".html", ".css")}  # fmt: skip
_EACH = 150
_SCRIPT = """
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { getTokenizer } from '@anthropic-ai/tokenizer';
import fs from 'fs';
const claude = getTokenizer(), plain = { disallowedSpecial: new Set() };
const texts = JSON.parse(fs.readFileSync(0, 'utf8'));
console.log(JSON.stringify(texts.map(
  (text) => [encode(text, plain).length, claude.encode(text.normalize('NFKC'), 'all').length])));
"""


class Tokenizers:
    """Real tokenizers, run by Node."""

    def __init__(self, node_modules: str | None = None) -> None:
        """Use packages that lie in a folder's ``node_modules``, or install them."""
        self._work = TemporaryDirectory(prefix="flux-index-tokens-")
        folder = self._work.name
        if node_modules:
            os.symlink(os.path.abspath(node_modules), os.path.join(folder, "node_modules"))
        else:
            subprocess.run(
                ["npm", "install", "--silent", "--no-save", "--prefix", folder, *PACKAGES],
                check=True,
            )
        self._script = os.path.join(folder, "count.mjs")
        with open(self._script, "w", encoding="utf-8") as file:
            file.write(_SCRIPT)

    def count(self, texts: list[str]) -> list[tuple[int, int]]:
        """Tokens of each text: o200k, Claude 2."""
        done = subprocess.run(
            ["node", self._script], input=json.dumps(texts), capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        return [(one, other) for one, other in json.loads(done.stdout)]

    def close(self) -> None:
        """Remove what was installed."""
        self._work.cleanup()


def passages(folders: list[str]) -> dict[str, list[str]]:
    """Passages of files by kind."""
    draw = random.Random(7)
    found: dict[str, list[str]] = {}
    paths = sorted(
        os.path.join(folder, name)
        for root in folders
        for folder, _, names in os.walk(root)
        for name in names
    )
    for kind, endings in _KINDS.items():
        fitting = [path for path in paths if path.endswith(endings)]
        for path in draw.sample(fitting, min(_EACH, len(fitting))):
            with open(path, encoding="utf-8", errors="replace") as file:
                lines = file.read(200_000).split("\n")
            n = draw.choice((5, 20, 60, 200, 1000))
            first = draw.randrange(max(1, len(lines) - n))
            text = "\n".join(lines[first : first + n])
            if text.strip():
                found.setdefault(kind, []).append(text)
    return found


def main() -> int:
    from flux_index.api.source.tokens import count_tokens

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    parser.add_argument("--node-modules", metavar="FOLDER", help="has the tokenizers already")
    options = parser.parse_args()
    tokenizers = Tokenizers(options.node_modules)
    print("| passages | tokens | n | in all | least | 1 % | median | 99 % | below the truth |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|")
    for kind, texts in passages(options.folders).items():
        counts = list(zip(map(count_tokens, texts), tokenizers.count(texts), strict=True))
        for least in (0, 200, 1000):
            chosen = [(told, max(real)) for told, real in counts if max(real) > least]
            if not chosen:
                continue
            ratios = [told / real for told, real in chosen]
            total = sum(told for told, _ in chosen) / sum(real for _, real in chosen)
            spread = [min(ratios), *(quantile(ratios, share) for share in (0.01, 0.5, 0.99))]
            under = sum(ratio < 1 for ratio in ratios)
            row = [f"{value:.2f}" for value in (total, *spread)]
            print(f"| {kind} | > {least} | {len(chosen)} | {' | '.join(row)} | {under} |")
    tokenizers.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
