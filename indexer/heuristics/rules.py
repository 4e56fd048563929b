"""The rules for parameters, those that are right most often first.

Only loaded when a parameter is asked about: most answers never come here.
"""

from __future__ import annotations

from ..plugins import celery, django, pytest
from . import call_sites, callbacks, docstrings, names, overridden, usage

RULES = (
    pytest.parametrize,
    pytest.fixture,
    overridden.hook,
    celery.bound_task,
    django.request,
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
