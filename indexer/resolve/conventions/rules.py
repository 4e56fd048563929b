"""The rules for parameters, those that are right most often first.

Only loaded when a parameter is asked about: most answers never come here.
"""

from __future__ import annotations

from . import (
    call_sites,
    callbacks,
    django,
    docstrings,
    fixtures,
    names,
    overridden,
    parametrized,
    tasks,
    usage,
)

RULES = (
    parametrized.parametrize,
    fixtures.fixture,
    overridden.hook,
    tasks.bound_task,
    django.request,
    overridden.overridden,
    overridden.protocol,
    call_sites.assigned,
    call_sites.registered,
    docstrings.documented,
    call_sites.passed,
    callbacks.called_back,
    names.annotated_elsewhere,
    names.spelled_like,
    usage.by_members,
)
