"""Where names occur, and in which role."""

from __future__ import annotations

import pytest
from extract_helpers import check_roles, facts_of, occurrences

CASES = {
    "expressions": """
        value = other + box.size
        # <- write
        #       ^^^^^ read
        #               ^^^ read
        #                   ^^^^ read-attribute
        box.size = box.area(width, height=4)[key]
        # <- read
        #   ^^^^ write-attribute
        #              ^^^^ call-attribute
        #                   ^^^^^ read
        #                          ^^^^^^ keyword
        #                                    ^^^ read
        count += 1
        # <- write
        box.count += 1
        #   ^^^^^ write-attribute
        del box.size, other
        #       ^^^^ delete-attribute
        #             ^^^^^ delete
        """,
    "calls": """
        make()(x)
        # <- call
        #      ^ read
        a.b.c()
        # <- read
        # ^ read-attribute
        #   ^ call-attribute
        (spam)(*args, **kwargs)
        #^^^^ call
        #       ^^^^ read
        #               ^^^^^^ read
        table[key]()
        # <- read
        """,
    "definitions": """
        @decorate(option)
        #^^^^^^^^ decorator
        #         ^^^^^^ read
        @a.b
        #^ read
        #  ^ decorator-attribute
        class Box(Base, base.Other, Generic[T], metaclass=Meta):
        #     ^^^ definition
        #         ^^^^ inherit
        #               ^^^^ read
        #                    ^^^^^ inherit-attribute
        #                           ^^^^^^^ inherit
        #                                   ^ read
        #                                       ^^^^^^^^^ keyword
        #                                                 ^^^^ read
            @Box(Box)
        #    ^^^ decorator
        #        ^^^ read
            def area(self, unit: Unit = default) -> int:
        #       ^^^^ definition
        #            ^^^^ parameter
        #                  ^^^^ parameter
        #                        ^^^^ annotation
        #                               ^^^^^^^ read
        #                                           ^^^ annotation
                return self.unit
        #              ^^^^ read
        #                   ^^^^ read-attribute
        """,
    "imports": """
        import os.path, json as js
        #      ^^ module
        #         ^^^^ module
        #               ^^^^ module
        #                       ^^ import
        from .pkg.mod import name, other as alias
        #     ^^^ module
        #         ^^^ module
        #                    ^^^^ import
        #                          ^^^^^ import
        #                                   ^^^^^ import
        from m import (
        #    ^ module
            inner,  # with a comment
        #   ^^^^^ import
        )
        from . import sibling
        #             ^^^^^^^ import
        """,
    "scopes and statements": """
        global_name = lambda x, *rest: x(rest)
        #                    ^ parameter
        #                        ^^^^ parameter
        #                              ^ call
        #                                ^^^^ read
        with open(path) as (handle, other):
        #    ^^^^ call
        #                   ^^^^^^ write
            global a, b
        #          ^ read
        #             ^ read
        for key, *others in pairs:
        #   ^^^ write
        #         ^^^^^^ write
        #                   ^^^^^ read
            pass
        try: pass
        except (ValueError, Other) as error: pass
        #       ^^^^^^^^^^ read
        #                             ^^^^^ write
        found = [y for x in xs if (y := f(x))]
        #        ^ read
        #              ^ write
        #                   ^^ read
        #                          ^ write
        """,
    "formatted strings": """
        f"{name!r:>{width}} {other.attribute=} {call(x)}" f'{last}' t"{templated}"
        #  ^^^^ read
        #           ^^^^^ read
        #                    ^^^^^ read
        #                          ^^^^^^^^^ read-attribute
        #                                       ^^^^ call
        #                                                    ^^^^ read
        #                                                              ^^^^^^^^^ read
        "{name}" "name"
        # ^^^^ none
        #         ^^^^ none
        """,
    "quoted annotations": """
        def f(a: "Box", b: Optional["shapes.Box"], c: 'List["Inner"]') -> "Result | None": ...
        #         ^^^ annotation
        #                            ^^^^^^ annotation
        #                                   ^^^ annotation-attribute
        #                                              ^^^^ annotation
        #                                                    ^^^^^ annotation
        #                                                                  ^^^^^^ annotation
        x: Literal["Box"] = "Box"
        #           ^^^ none
        #                    ^^^ none
        y: Annotated["Box", "about Box", Depends(get)]
        #             ^^^ annotation
        #                          ^^^ none
        #                                ^^^^^^^ call
        #                                        ^^^ read
        z: "not an annotation"
        #   ^^^ none
        """,
    "type comments": """
        x = []  # type: List[Box]
        #               ^^^^ annotation
        #                    ^^^ annotation
        y = 1  # type: ignore
        #              ^^^^^^ none
        for z in w:  # type: Box
        #                    ^^^ annotation
            pass
        def f(a,  # type: Arg
        #                 ^^^ annotation
              b):
            # type: (...) -> Result
            #                ^^^^^^ annotation
            pass
        """,
    "patterns": """
        match command:
        #     ^^^^^^^ read
            case Point(x=0, y=Y.ZERO) | shapes.Box(size):
        #        ^^^^^ read
        #              ^ keyword-attribute
        #                     ^ read
        #                       ^^^^ read-attribute
        #                               ^^^^^^ read
        #                                      ^^^ read-attribute
        #                                          ^^^^ write
                pass
            case {"key": value, **rest} as whole if value > limit:
        #                ^^^^^ write
        #                         ^^^^ write
        #                                  ^^^^^ write
        #                                           ^^^^^ read
                pass
            case [first, *_, _]:
        #         ^^^^^ write
        #                 ^ none
        #                    ^ none
                pass
        """,
    "type parameters": """
        class Box[T: Bound = Default](Base[T]): ...
        #         ^ write
        #            ^^^^^ annotation
        #                    ^^^^^^^ annotation
        #                                  ^ read
        def f[*Ts, **P](*args: *Ts) -> P: ...
        #      ^^ write
        #            ^ write
        #                       ^^ annotation
        #                              ^ annotation
        type Alias[K] = dict[K, Value]
        #    ^^^^^ write
        #          ^ write
        #               ^^^^ annotation
        #                    ^ annotation
        #                       ^^^^^ annotation
        """,
    "__all__": """
        __all__ = ["public", u"other", "not a name"]
        # <- write
        #           ^^^^^^ export
        #                      ^^^^^ export
        __all__.append("more")
        #               ^^^^ export
        """,
    "words that are keywords only here and there": """
        match(case, type)
        # <- call
        #     ^^^^ read
        #           ^^^^ read
        type(x).attribute = print
        # <- call
        #    ^ read
        #       ^^^^^^^^^ write-attribute
        #                   ^^^^^ read
        type(x)[0] = exec(code)
        # <- call
        #            ^^^^ call
        print >>stream, x
        # <- read
        #       ^^^^^^ read
        print(a, *b.c(), **d)
        # <- call
        #         ^ read
        #           ^ call-attribute
        """,
    "letters that are not ASCII": """
        größe = "é"; straße = größe
        # <- write
        #            ^^^^^^ write
        #                     ^^^^^ read
        """,
}


@pytest.mark.parametrize("case", CASES)
def test_roles(case: str) -> None:
    check_roles(CASES[case])


def test_a_name_is_what_nfkc_makes_of_it() -> None:
    facts = facts_of("ﬁn = 1\nfin\n")
    assert occurrences(facts) == {0: ("fin", "write"), 9: ("fin", "read")}


def test_occurrences_are_in_the_order_of_the_text() -> None:
    facts = facts_of("x = x + x.x(x)\nfor x in x: x += x\n")
    positions = [position for _, position, _ in facts.occurrences("x")]
    assert positions == [0, 4, 8, 10, 12, 19, 24, 27, 32]


def test_a_name_that_does_not_occur() -> None:
    facts = facts_of("import a.b\n")
    assert list(facts.occurrences("a.b")) == list(facts.occurrences("nothing")) == []
    assert facts.occurring_names() == ["a", "b"]
