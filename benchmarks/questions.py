"""Twenty questions on Django 5.2, with the facts that an answer has to hold."""

from __future__ import annotations

from typing import Any, NamedTuple

Call = tuple[str, dict[str, Any]]


class Question(NamedTuple):
    """A question, how it is asked here, and what ripgrep is asked for.

    ``truth``: texts that an answer holds. ``calls``: tools with their arguments. ``better``: those
    that are asked instead where the server has all of these tools. ``pattern``: what
    ripgrep looks for. ``reads``: classes, as (path, name), whose text has to be read for the
    answer; in order, for "how are such classes written" the base first and then siblings.
    """

    kind: str
    text: str
    truth: tuple[str, ...]
    calls: tuple[Call, ...]
    pattern: str
    reads: tuple[tuple[str, str], ...] = ()
    better: tuple[Call, ...] = ()


def _where(text: str, name: str, pattern: str, *truth: str) -> Question:
    call = ("search", {"query": name, "limit": 5})
    return Question("where", text, truth, (call,), pattern)


def _callers(name: str, *truth: str) -> Question:
    last = name.rpartition(".")[2]
    call = ("references", {"name": name, "relation": "callers"})
    return Question("callers", f"Who calls {name}?", truth, (call,), rf"\b{last}\(")


def _offers(name: str, reads: tuple[tuple[str, str], ...], *truth: str) -> Question:
    last = name.rpartition(".")[2]
    return Question(
        "offers",
        f"What does {name} offer, inherited members included?",
        truth,
        (("members", {"name": name}),),
        rf"class {last}\b",
        reads,
    )


def _written(base: str, sibling: str, reads: tuple[tuple[str, str], ...], *truth: str) -> Question:
    last = base.rpartition(".")[2]
    calls = (
        ("references", {"name": base, "relation": "hierarchy", "limit": 8}),
        ("definition", {"name": sibling}),
    )
    return Question(
        "written",
        f"How are subclasses of {last} written?",
        truth,
        calls,
        rf"class \w+\(.*\b{last}\b",
        reads,
        better=(("patterns", {"base": base}), ("definition", {"name": sibling})),
    )


_QUERY = "django/db/models/query.py"
_EDIT = "django/views/generic/edit.py"
_BASE = "django/views/generic/base.py"
_DETAIL = "django/views/generic/detail.py"
_RESPONSE = "django/http/response.py"
_ADMIN = "django/contrib/admin/options.py"
_PAGINATOR = "django/core/paginator.py"
_COMMANDS = "django/core/management/commands"
_FUNCTIONS = "django/db/models/functions"
_OPERATIONS = "django/db/migrations/operations"

QUESTIONS = (
    _where(
        "Where is Model.save, and what does it take?",
        "Model.save",
        r"def save\b",
        "django/db/models/base.py",
        "force_insert=False",
        "update_fields=None",
    ),
    _where(
        "Where is cached_property?",
        "cached_property",
        r"(class|def) cached_property\b",
        "django/utils/functional.py",
        "class cached_property",
    ),
    _where(
        "Where is get_object_or_404, and what does it take?",
        "get_object_or_404",
        r"def get_object_or_404\b",
        "django/shortcuts.py",
        "klass, *args, **kwargs",
    ),
    _where(
        "Where is QuerySet.bulk_create, and what does it take?",
        "QuerySet.bulk_create",
        r"def bulk_create\b",
        "django/db/models/query.py",
        "update_conflicts=False",
        "unique_fields=None",
    ),
    _where(
        "Where are middlewares loaded?",
        "load_middleware",
        r"def load_middleware\b",
        "django/core/handlers/base.py",
        "is_async=False",
    ),
    _callers(
        "django.shortcuts.resolve_url",
        "_redirect_to_login",
        "handle_no_permission",
        "logout_then_login",
        "redirect_to_login",
        "get_default_redirect_url",
    ),
    _callers(
        "django.db.models.deletion.get_candidate_relations_to_delete",
        "can_fast_delete",
        "collect",
    ),
    _callers("django.forms.models.construct_instance", "_post_clean"),
    _callers(
        "django.http.response.HttpResponseBase.set_cookie",
        "set_signed_cookie",
        "delete_cookie",
        "set_language",
        "process_response",
        "_set_csrf_cookie",
    ),
    _callers(
        "django.urls.base.set_urlconf",
        "get_response",
        "get_response_async",
    ),
    _offers(
        "django.db.models.QuerySet",
        ((_QUERY, "QuerySet"), ("django/db/models/utils.py", "AltersData")),
        "filter",
        "bulk_create",
        "select_related",
        "aggregate",
        "in_bulk",
        "explain",
    ),
    _offers(
        "django.http.HttpResponse",
        ((_RESPONSE, "HttpResponse"), (_RESPONSE, "HttpResponseBase")),
        "set_cookie",
        "headers",
        "reason_phrase",
        "write",
        "content",
        "delete_cookie",
    ),
    _offers(
        "django.views.generic.CreateView",
        (
            (_EDIT, "CreateView"),
            (_EDIT, "BaseCreateView"),
            (_EDIT, "ProcessFormView"),
            (_EDIT, "ModelFormMixin"),
            (_EDIT, "FormMixin"),
            (_DETAIL, "SingleObjectTemplateResponseMixin"),
            (_DETAIL, "SingleObjectMixin"),
            (_BASE, "TemplateResponseMixin"),
            (_BASE, "ContextMixin"),
            (_BASE, "View"),
        ),
        "form_valid",
        "get_success_url",
        "get_queryset",
        "render_to_response",
        "as_view",
        "get_context_data",
        "dispatch",
    ),
    _offers(
        "django.contrib.admin.ModelAdmin",
        ((_ADMIN, "ModelAdmin"), (_ADMIN, "BaseModelAdmin")),
        "save_model",
        "get_queryset",
        "list_display",
        "formfield_for_dbfield",
        "changelist_view",
    ),
    _offers(
        "django.core.paginator.Paginator",
        ((_PAGINATOR, "Paginator"),),
        "get_page",
        "num_pages",
        "get_elided_page_range",
        "validate_number",
    ),
    _written(
        "django.core.management.base.BaseCommand",
        "django.core.management.commands.flush.Command",
        (
            ("django/core/management/base.py", "BaseCommand"),
            (f"{_COMMANDS}/flush.py", "Command"),
            (f"{_COMMANDS}/check.py", "Command"),
            (f"{_COMMANDS}/dumpdata.py", "Command"),
        ),
        "help = ",
        "def add_arguments(self, parser)",
        "def handle(",
        "django/core/management",
    ),
    _written(
        "django.utils.deprecation.MiddlewareMixin",
        "django.middleware.locale.LocaleMiddleware",
        (
            ("django/utils/deprecation.py", "MiddlewareMixin"),
            ("django/middleware/locale.py", "LocaleMiddleware"),
            ("django/middleware/common.py", "CommonMiddleware"),
            ("django/middleware/security.py", "SecurityMiddleware"),
        ),
        "def process_request(self, request)",
        "def process_response(self, request, response)",
        "django/middleware/",
    ),
    _written(
        "django.db.models.expressions.Func",
        "django.db.models.functions.text.Left",
        (
            ("django/db/models/expressions.py", "Func"),
            (f"{_FUNCTIONS}/text.py", "Left"),
            (f"{_FUNCTIONS}/text.py", "Concat"),
            (f"{_FUNCTIONS}/comparison.py", "Cast"),
        ),
        "function = ",
        "arity",
        "super().__init__",
        "as_sqlite",
        "django/db/models/functions",
    ),
    _written(
        "django.db.migrations.operations.base.Operation",
        "django.db.migrations.operations.models.AlterModelManagers",
        (
            (f"{_OPERATIONS}/base.py", "Operation"),
            (f"{_OPERATIONS}/models.py", "AlterModelManagers"),
            (f"{_OPERATIONS}/fields.py", "AddField"),
            (f"{_OPERATIONS}/special.py", "RunSQL"),
        ),
        "def deconstruct(self)",
        "def state_forwards(self, app_label, state)",
        "def database_forwards(",
        "def describe(self)",
    ),
    _written(
        "django.forms.widgets.Input",
        "django.forms.widgets.PasswordInput",
        (
            ("django/forms/widgets.py", "Input"),
            ("django/forms/widgets.py", "PasswordInput"),
            ("django/forms/widgets.py", "FileInput"),
            ("django/forms/widgets.py", "DateTimeBaseInput"),
        ),
        "input_type = ",
        "template_name = ",
        "def get_context(self, name, value, attrs)",
    ),
)
