"""An example of each operation, as it is asked on the command line."""

from __future__ import annotations

EXAMPLES = {
    "patterns": "'a new subclass of click.ParamType' --into src/types.py",
    "similar": "QuerySet",
    "conventions": "",
    "reuse": "'turn a title into a slug'",
    "symbols": "QuerySet --kind class",
    "outline": "django/db/models/base.py",
    "definition": "django.db.models.Model.save",
    "references": "Model.save --roles call,read --limit 20",
    "members": "Model --no-private",
    "hierarchy": "Model --depth 1",
    "callers": "django/db/models/base.py:785",
    "callees": "Model.save",
    "imports": "django/db/models/base.py",
    "importers": "django.db.models",
    "exists": "'Model.save(force_insert=)'",
    "source": "Model.save --context 2",
    "context": "'add a cache to the LLM' --budget 2000",
    "validate": "--whole",
    "breakage": "--since HEAD~1",
    "fix": "--whole --unsafe",
    "explain": "django/db/models/base.py:785:14",
    "begin": "--client aider",
    "guard": '--session s-1f0c --diff "$(cat change.patch)"',
    "map": "--below django/db",
    "status": "--json",
}
"""What to type behind the name of each operation."""


def example(operation: str) -> str:
    """Return a whole command line that asks an operation."""
    return f"flux-index query {operation} {EXAMPLES[operation]}"
