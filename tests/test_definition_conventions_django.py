"""Django: fields, managers, relations and requests, on a Django of a few lines."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from fixtures_language import check_completion, check_definition

DJANGO = """
#- django/__init__.py
#- django/db/__init__.py
#- django/db/models/__init__.py
from django.db.models.base import Model
from django.db.models.fields import CharField, DateField, Field, IntegerField
from django.db.models.fields.related import ForeignKey, ManyToManyField
from django.db.models.manager import Manager
#- django/db/models/base.py
class ModelBase(type): ...
class Model(metaclass=ModelBase):
    def save(self): ...
#       ^^^^ save (conventional)
#- django/db/models/fields/__init__.py
class Field:
    def contribute_to_class(self): ...
class CharField(Field): ...
class DateField(Field): ...
class IntegerField(Field): ...
#- django/db/models/fields/related.py
from django.db.models.fields import Field
class RelatedField(Field): ...
class ForeignKey(RelatedField): ...
class ManyToManyField(RelatedField): ...
#- django/db/models/fields/related_descriptors.py
def create_reverse_many_to_one_manager(superclass, rel):
    class RelatedManager(superclass):
        def add(self, *objs): ...
    #       ^^^ adds (conventional)
    return RelatedManager
def create_forward_many_to_many_manager(superclass, rel):
    class ManyRelatedManager(superclass):
        def clear(self): ...
    #       ^^^^^ clears (conventional)
    return ManyRelatedManager
#- django/db/models/query.py
class QuerySet:
    def filter(self, **kwargs):
#       ^^^^^^ filter (conventional)
        return self._filter_or_exclude(kwargs)
    def get(self, **kwargs):
        return self._result_cache[0]
    def first(self): ...
    def get_or_create(self, **kwargs): ...
    def exclude(self, **kwargs):
        return self._chain()
    def _chain(self):
        return self.__class__()
    def __iter__(self):
        self._result_cache = [{}]
        return iter(self._result_cache)
#- django/db/models/manager.py
class BaseManager:
    @classmethod
    def from_queryset(cls, queryset): ...
from django.db.models.query import QuerySet
class Manager(BaseManager.from_queryset(QuerySet)): ...
#- django/http/__init__.py
#- django/http/request.py
class HttpRequest:
    def get_host(self): ...
#       ^^^^^^^^ host (conventional)
#- django/views/__init__.py
#- django/views/generic/__init__.py
from django.views.generic.base import View
#- django/views/generic/base.py
class View:
    def setup(self, request, *args, **kwargs):
        self.request = request
#- django/shortcuts.py
def render(request, template): ...
#- library/__init__.py
#- library/models.py
from django.db import models
class Author(models.Model):
    name = models.CharField(max_length=100)
#   ^^^^ name (inferred)
    born = models.DateField()
    def full(self): ...
#       ^^^^ full (conventional)
class Published(models.Manager):
    def recent(self): ...
#       ^^^^^^ recent (inferred)
class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=None)
#   ^^^^^^ author (conventional)
    editor = models.ForeignKey("library.Author", related_name="edited")
#   ^^^^^^ editor (conventional)
    after = models.ForeignKey("self", null=True)
    tags = models.ManyToManyField("Tag")
    published = Published()
    def open(self): ...
#       ^^^^ open (conventional)
class Tag(models.Model):
    def rename(self): ...
#       ^^^^^^ rename (conventional)
#- main.py
from library.models import Author, Book, Tag
"""

CASES = {
    "field is no descriptor of the field": """
        def f(author: Author):
            author.${name}name
            author.name.${nothing}contribute_to_class()
    """,
    "foreign key": """
        def f(book: Book):
            book.author.${full}full()
    """,
    "foreign key to a model by name": """
        def f(book: Book):
            book.editor.${full}full()
    """,
    "foreign key to itself": """
        def f(book: Book):
            book.after.${open}open()
    """,
    "objects": """
        Book.objects.${filter}filter()
    """,
    "get": """
        Book.objects.get(id=1).${open1}open()
        Book.objects.get(id=1).author.${full}full()
    """,
    "filter, then first": """
        Book.objects.filter(id=1).first().${open}open()
    """,
    "iteration": """
        for book in Book.objects.filter(id=1):
            book.${open1}open()
        [book.${open2}open() for book in Book.objects.filter(id=1)]
    """,
    "index and slice": """
        Book.objects.filter(id=1)[0].${open1}open()
        Book.objects.filter(id=1)[:5].${filter}filter()
        Book.objects.filter(id=1)[:5].get().${open2}open()
    """,
    "what query sets forget of their model, as their own code is written": """
        Book.objects.exclude(id=1).get().${open1}open()
        for book in Book.objects.exclude(id=1):
            book.${open2}open()
    """,
    "get or create": """
        book, made = Book.objects.get_or_create(id=1)
        book.${open}open()
    """,
    "saving what was got": """
        Book.objects.get(id=1).${save}save()
    """,
    "own manager": """
        Book.published.${recent}recent()
        Book.published.get(id=1).${open}open()
    """,
    "many to many": """
        def f(book: Book):
            book.tags.get(id=1).${rename}rename()
    """,
    "reverse relation": """
        def f(author: Author):
            author.${author}book_set.get(id=1).${open}open()
    """,
    "reverse relation by its name": """
        def f(author: Author):
            author.${editor}edited.get(id=1).${open}open()
    """,
    "no such reverse relation": """
        def f(author: Author):
            author.${nothing}tag_set
    """,
    "view": """
        #- library/views.py
        from django.shortcuts import render
        def home(request):
            request.${host}get_host()
            return render(request, "home.html")
    """,
    "method of a view": """
        #- library/views.py
        from django.views.generic import View
        class Home(View):
            def get(self, request):
                request.${host1}get_host()
                self.request.${host2}get_host()
    """,
    "request of something else": """
        #- other.py
        def home(request):
            request.${nothing}get_host_of_something()
    """,
    "what changes related instances": """
        def change(book: Book, author: Author, tag: Tag):
            book.tags.${clears}clear()
            book.tags.get().${rename}rename()
            tag.book_set.${clears2}clear()
            author.book_set.${adds}add(book)
            author.edited.${adds2}add(book)
    """,
    "model passed on": """
        def show(x):
            x.${open}open()
        show(Book.objects.get(id=1))
    """,
}


@pytest.mark.parametrize("name", CASES)
def test_definition(tmp_path: Path, name: str) -> None:
    check_definition(tmp_path, DJANGO + dedent(CASES[name]))


FIELDS = """
#- library/writers.py
from django.db import models
class Writer(models.Model):
    name = models.CharField()
    born = models.DateField()
    def age(self): ...
"""


@pytest.mark.parametrize(
    "call",
    ["Writer($0", "Writer.objects.get_or_create($0", "Writer.objects.exclude(name='').get(n$0"],
)
def test_fields_are_keyword_arguments(tmp_path: Path, call: str) -> None:
    text = f"{FIELDS}#- main.py\nfrom library.writers import Writer\n{call}"
    check_completion(tmp_path, DJANGO + text, "name=", absent="age=")
