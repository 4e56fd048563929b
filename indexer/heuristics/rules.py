"""The rules for parameters, those that are right most often first.

Only loaded when a parameter is asked about: most answers never come here. Receivers of any other
form have one rule, of what is used on them, which stands in :mod:`.receivers`.
"""

from __future__ import annotations

from ..plugins import registry
from . import call_sites, callbacks, docstrings, names, overridden, usage

RULES = (
    registry.parameter_type,
    overridden.overridden,
    overridden.protocol,
    call_sites.assigned_to_property,
    call_sites.passed_by_decorator,
    docstrings.documented_parameter,
    call_sites.passed_at_call_sites,
    callbacks.called_with,
    names.annotated_elsewhere,
    names.spelled_like,
    usage.class_with_members,
)
