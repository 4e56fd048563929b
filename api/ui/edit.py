"""The view of an edit: what git says has changed, what is wrong with it, what it breaks where."""

from __future__ import annotations

from .around import Item
from .questions import Questions

_MOST = 200


async def edit(questions: Questions) -> Item:
    """Return the judgement of what git says has changed, findings by the file that has them."""
    answer = await questions.ask("validate", limit=_MOST)
    changed = set(answer["checked"])
    files: dict[str, Item] = {
        path: {"path": path, "changed": True, "findings": []} for path in answer["checked"]
    }
    for finding in answer["items"]:
        place = files.setdefault(
            finding["path"],
            {"path": finding["path"], "changed": finding["path"] in changed, "findings": []},
        )
        place["findings"].append(
            {
                "id": finding["id"],
                "rule": finding["rule"],
                "severity": finding["severity"],
                "evidence": finding["evidence"],
                "message": finding["message"],
                "line": finding["range"]["start"]["line"] + 1,
                "fixes": [fix["title"] for fix in finding["fixes"]],
            }
        )
    return {
        "verdict": answer["verdict"],
        "counts": answer["counts"],
        "files": list(files.values()),
        "unjudged": answer["unjudged"],
        "total": answer["total"],
        "truncated": answer["truncated"],
        "generation": answer["generation"],
        "notes": answer.get("notes", []),
    }
