"""Changes of an API: what other files could see of the changed ones and no longer can."""

from __future__ import annotations

from .fields import FieldChange, field_change
from .parameters import ParameterChange, parameter_change
from .removed import Removal, removal
from .surface import classes_by_name, public_surface

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..edits import Change

    ApiChange = Removal | ParameterChange | FieldChange


def api_changes(change: Change) -> list[ApiChange]:
    """Return what an edit removed from its files, and what takes other arguments now."""
    found: list[ApiChange] = []
    for path in sorted(change.paths):
        before, after = change.before.facts(path), change.after.facts(path)
        if before is None:
            continue
        old = public_surface(change.before, path, before)
        new = public_surface(change.after, path, after) if after is not None else {}
        classes = classes_by_name(path, before)
        for key in old.keys() - new.keys():
            container, _, name = key.rpartition(".")
            if name.startswith("__") or (container and container not in new):
                continue  # what is removed with its class is no change of its own
            if old[key] != "imported":
                is_member = container in classes
                found.append(removal(change, path, key, (old, new), is_member=is_member))
        for key in old.keys() & new.keys():
            if old[key] != new[key]:
                changed = parameter_change(change, path, key) or (
                    field_change(change, path, key) if key in classes else None
                )
                if changed is not None:
                    found.append(changed)
    return sorted(found, key=lambda each: (each.path, each.key))
