"""What task queues pass: the task itself, for tasks that are bound to it."""

from __future__ import annotations

from .. import facts as f
from ..heuristics.evidence import Answer
from ..inference import access_paths
from ..inference.standard_types import standard_class
from ..inference.types import instance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..heuristics.evidence import ParameterQuery
    from ..inference.inference import Inference


def bound_task(inference: Inference, asked: ParameterQuery) -> Answer | None:
    """The first parameter of ``@app.task(bind=True)`` of Celery."""
    if asked.place != 0 or asked.cls >= 0:
        return None
    facts = asked.facts
    for expr in access_paths.decorator_expressions(facts, asked.function.row):
        target = access_paths.decorator_callee(facts, expr)
        if target == expr or access_paths.last_name(facts, target) not in ("task", "shared_task"):
            continue
        bind = access_paths.keyword_argument(facts, expr, "bind")
        task = standard_class(inference, "celery.app.task", "Task")
        if bind >= 0 and facts.expr.op[bind] == f.TRUE and task is not None:
            return Answer((instance(task),), "bound-task", "the task is bound to itself")
    return None
