"""Names that code puts into namespaces by other means than statements that bind them."""

from __future__ import annotations

from pathlib import Path

from fixtures_language import check_findings

_RULES = ("undefined-name", "unresolved")


def test_namespaces_that_are_handed_away_may_get_any_name(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- build.py
        def build(names): names["Box"] = 1
        def public(names): return names
        #- handed.py
        from build import build
        mine = globals()
        build(mine)
        #- module.py
        import sys
        from build import build
        build(vars(sys.modules[__name__]))
        #- computed.py
        import importlib
        me = importlib.import_module(__name__)
        for name in dir(importlib): setattr(me, name, 1)
        #- kept.py
        class Registry:
            def __init__(self, names): self.names = names
        registry = Registry(names=globals())
        #- later.py
        import sys
        def fill(name, value):
            sys.modules[__name__].__dict__[name] = value
        #- literal.py
        import sys
        here = sys.modules.get(__name__)
        here.Box = 1
        setattr(here, "Lid", 2)
        #- own.py
        from build import public
        public(globals())
        Box()
        #- read.py
        print("%(a)s" % globals(), sorted(globals()), "".format(**globals()), globals().get("q"))
        def copied(): return dict(locals())
        print(Box)
        #     ^^^ undefined-name
        #- use.py
        import computed, handed, kept, later, literal, module, read
        handed.Box, module.Box, computed.cos, kept.Box, later.Box, literal.Box, literal.Lid
        read.Box
        #    ^^^ unresolved-attribute
        """,
        *_RULES,
    )


def test_builtins_that_the_workspace_extends(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- start.py
        import builtins, gettext
        gettext.translation("shop", fallback=True).install(names=["ngettext"])
        builtins.T_ = str
        builtins.__dict__["N_"] = str
        setattr(builtins, "show", print)
        builtins.__dict__.update({"first": 1}, second=2)
        #- use.py
        print(_("text"), ngettext("a", "b", 2), T_("x"), N_("y"), show, first, second)
        print(third)
        #     ^^^^^ undefined-name
        """,
        *_RULES,
    )


def test_builtins_with_computed_names(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- trap.py
        import builtins
        class Trap:
            names = {"get_shell": None}
            def add(self, name, value):
                builtins.__dict__[name] = value
        #- use.py
        get_shell()
        print(made_up)
        #     ^^^^^^^ undefined-name
        """,
        *_RULES,
    )


def test_namespaces_of_callers(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- make.py
        import inspect, sys
        def make(name):
            names = sys._getframe(1).f_globals
            names[name] = 1
        def known():
            inspect.stack()[1][0].f_globals.update(made=1)
        #- use.py
        from make import make
        make("Box")
        print(Box, made)
        #- other.py
        print(made, Box)
        #           ^^^ undefined-name
        """,
        *_RULES,
    )


def test_modules_that_a_loader_sets_names_on(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- loader.py
        import importlib.util
        def load(path):
            spec = importlib.util.spec_from_file_location("plugin", path)
            module = importlib.util.module_from_spec(spec)
            module.__dict__["context"] = 1
            setattr(module, "__options__", {})
            module.__salt__ = {}
            spec.loader.exec_module(module)
        def extend(mod):
            vars(mod)["grains"] = 3
        #- plugin.py
        def run(): return context, __options__, __salt__, grains, other
        #                                                         ^^^^^ undefined-name
        """,
        *_RULES,
    )


def test_modules_that_an_import_hook_finds(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- hook.py
        import sys
        class Finder:
            def find_spec(self, *arguments): return None
        sys.meta_path.insert(0, Finder())
        #- shop/__init__.py
        #- use.py
        import shop.made
        from shop import other
        """,
        *_RULES,
    )


def test_a_name_that_many_files_read_and_none_binds(tmp_path: Path) -> None:
    found = check_findings(
        tmp_path,
        "".join(
            f"""
            #- mibs/m{number}.py
            builder.export(unicode("m{number}"))
            # <- undefined-name
            #              ^^^^^^^ undefined-name
            """
            for number in range(4)
        )
        + """
            #- main.py
            print(buildr)
            #     ^^^^^^ undefined-name
        """,
        "undefined-name",
    )
    errors = [each.subject for each in found if each.severity == "error"]
    assert errors == ["buildr", *["unicode"] * 4]
