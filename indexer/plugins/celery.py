"""Celery: the task itself, which tasks that are bound to it get."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..heuristics.evidence import Answer
from ..inference.access_paths import keyword_argument, last_name
from ..inference.standard_types import standard_class
from ..inference.types import instance
from .plugin import Plugin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..heuristics.evidence import ParameterQuery
    from ..inference.inference import Inference


class Celery(Plugin):
    """Celery."""

    __slots__ = ()

    def parameter_type(self, inference: Inference, query: ParameterQuery) -> Answer | None:
        """Return the task for the first parameter under ``@app.task(bind=True)``."""
        if query.place != 0 or query.cls >= 0:
            return None
        facts = query.facts
        for expr in facts_view.decorators(facts, query.function.row):
            function = facts_view.called(facts, expr)
            if last_name(facts, function) not in ("task", "shared_task"):
                continue
            bind = keyword_argument(facts, expr, "bind")
            task = standard_class(inference, "celery.app.task", "Task")
            if bind >= 0 and facts.expr.op[bind] == f.TRUE and task is not None:
                return Answer((instance(task),), "bound-task", "the task is bound to itself")
        return None


PLUGIN = Celery()
