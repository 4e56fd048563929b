"""What task queues pass: the task itself, for tasks that are bound to it."""

from __future__ import annotations

from ... import facts as f
from ..types import instance, named
from . import syntax
from .asked import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...snapshot import Snapshot
    from .asked import Parameter


def bound_task(snapshot: Snapshot, asked: Parameter) -> Answer | None:
    """The first parameter of ``@app.task(bind=True)`` of Celery."""
    if asked.place != 0 or asked.cls >= 0:
        return None
    facts = asked.facts
    for expr in syntax.decorators(facts, asked.function[2]):
        target = syntax.decorating(facts, expr)
        if target == expr or syntax.last_name(facts, target) not in ("task", "shared_task"):
            continue
        bind = syntax.keyword(facts, expr, "bind")
        task = named(snapshot, "celery.app.task", "Task")
        if bind >= 0 and facts.expr[f.EXPR_OP][bind] == f.TRUE and task is not None:
            return Answer((instance(task),), "bound-task", "the task is bound to itself")
    return None
