"""Comments, and a decorator, by which authors say that something is not to be reported."""

from __future__ import annotations

from pathlib import Path

from fixtures_language import check_findings

_RULES = ("undefined-name", "unresolved-attribute", "unresolved-import")


def test_comments_for_a_line(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import os
        print(bare)  # noqa
        print(no_colon)  # noqa F821
        print(upper)  # NOQA:F821
        print(spaced)  # noqa : F821, E501
        print(reason)  # noqa: E501,F821 because of a macro
        print(prefix)  # noqa: F
        print(other)  # noqa: E501
        #     ^^^^^ undefined-name
        print(another)  # noqa:W
        #     ^^^^^^^ undefined-name
        # pylint: disable-next=undefined-variable
        print(following)
        print(after)
        #     ^^^^^ undefined-name
        os.nope()  # noqa
        print(
            on_the_last_line,
        )  # type: ignore
        # pyrefly: ignore
        print(on_a_line_of_its_own)
        # flux-index: ignore[unresolved-attribute]
        print(os.nope, but_not)
        #              ^^^^^^^ undefined-name
        print("# noqa", text)
        #               ^^^^ undefined-name
        """,
        *_RULES,
    )


def test_codes_of_type_checkers_are_about_something(tmp_path: Path) -> None:
    """What is switched off for another reason hides nothing; of an unknown code nobody can tell."""
    check_findings(
        tmp_path,
        """
        import os
        os.nope  # type: ignore[attr-defined]
        os.nope  # type: ignore[misc]
        os.nope  # pyright: ignore[reportAttributeAccessIssue, reportReturnType]
        os.nope  # ty: ignore[some-code-of-next-year]
        os.nope  # type: ignore[no-any-return]
        #  ^^^^ unresolved-attribute
        os.nope  # pyright: ignore[reportReturnType]
        #  ^^^^ unresolved-attribute
        print(zork)  # type: ignore[attr-defined, arg-type]
        #     ^^^^ undefined-name
        """,
        *_RULES,
    )


def test_comments_for_a_block(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import os
        def scope():
            # pylint: disable=no-member
            if os.name:
                os.nope
            return os.nope
        def whole():  # pylint: disable=no-member,unused-variable
            return os.nope
        class Methods:
            # pylint: disable=E1101
            def one(self): return os.nope
            def two(self): return os.nope
        def again():
            os.before
            #  ^^^^^^ unresolved-attribute
            # pylint: disable=no-member
            os.between
            # pylint: enable=no-member
            os.afterwards
            #  ^^^^^^^^^^ unresolved-attribute
        def branch():
            if os:  # pylint: disable=all
                os.nope, zork
            os.nope
            #  ^^^^ unresolved-attribute
        """,
        *_RULES,
    )


def test_comments_for_a_file(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        '''
        #- mypy.py
        """Text."""
        # mypy: ignore-errors
        print(whole_file)
        #- codes.py
        # mypy: disable-error-code="attr-defined, name-defined"
        import os
        print(whole_file, os.nope)
        #- pyright.py
        # pyright: reportUndefinedVariable=false, reportCallIssue=true
        print(whole_file)
        #- ruff.py
        # ruff: noqa: F821
        import os
        print(whole_file, os.nope)
        #                    ^^^^ unresolved-attribute
        #- flake8.py
        print(whole_file)
        # flake8: noqa
        #- type_ignore.py
        #!/usr/bin/env python
        # Copyright

        # type: ignore
        print(whole_file)
        #- pylint.py
        # pylint: disable=undefined-variable
        print(whole_file)
        #- skipped.py
        # pylint: skip-file
        print(whole_file)
        #- next_line.py
        # pyrefly: ignore
        import os.nonesuch
        print(whole_file)
        #     ^^^^^^^^^^ undefined-name
        ''',
        *_RULES,
    )


def test_definitions_that_are_not_to_be_checked(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import os, typing
        @typing.no_type_check
        class Box:
            def size(self): return os.nope
        os.nope
        #  ^^^^ unresolved-attribute
        """,
        *_RULES,
    )
