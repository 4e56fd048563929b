from __future__ import annotations

from pathlib import Path

from fixtures_language import check_findings


def test_arguments_that_no_parser_declares(tmp_path: Path) -> None:
    (finding, *_) = check_findings(
        tmp_path,
        """
        import argparse
        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--out-file")
            parser.add_argument("path")
            parser.add_argument("-v", "--verbose", action="store_true", dest="loud")
            group = parser.add_mutually_exclusive_group()
            group.add_argument("-q", "--quiet", action="store_true")
            commands = parser.add_subparsers(dest="command")
            commands.add_parser("go").set_defaults(run=print)
            args = parser.parse_args()
            args.extra = 1
            print(args.out_file, args.path, args.loud, args.quiet)
            print(args.command, args.run, args.extra)
            print(args.outfile)
            #          ^^^^^^^ undeclared-argument ('out_file')
            print(args.verbose)
            #          ^^^^^^^ undeclared-argument
            if hasattr(args, "later"):
                print(args.later)
            return show(args)
        def show(args: argparse.Namespace):
            return args.loud, args.lud
            #                      ^^^ undeclared-argument ('loud')
        """,
        "undeclared",
    )
    assert finding.fixes[0].title == "Replace 'outfile' with 'out_file'"


def test_parsers_that_are_not_all_here(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- computed.py
        import argparse
        def main(names):
            parser = argparse.ArgumentParser()
            for name in names:
                parser.add_argument(name)
            args = parser.parse_args()
            return args.anything
        #- shared.py
        import argparse
        from base import common
        def main():
            parser = argparse.ArgumentParser(parents=[common])
            parser.add_argument("--own")
            return parser.parse_args().anything, parser.parse_args().own
        #- base.py
        import argparse
        common = argparse.ArgumentParser()
        common.add_argument("--shared")
        def run(args: argparse.Namespace):
            return args.own
        #- handing.py
        import argparse
        from plugins import extend
        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--own")
            extend(parser)
            args = parser.parse_args()
            return args.plugged
        #- only.py
        import argparse
        def run(args: argparse.Namespace):
            return args.whatever
        """,
        "undeclared",
    )


def test_a_variable_of_a_module_that_another_file_replaces(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- config.py
        class Plain:
            def one(self): ...
        class Rich:
            def three(self): ...
        current = Plain()
        other = Plain()
        #- prepare.py
        import config
        def configure(cls):
            config.current = cls()
        #- use.py
        import config
        from config import current, other
        config.current.three()
        current.three()
        config.other.three()
        #            ^^^^^ unresolved-attribute
        other.three()
        #     ^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_a_stub_beside_a_module_that_hands_its_names_away(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- op.pyi
        def create(): ...
        #- op.py
        from tools import install
        install(globals())
        #- tools.py
        def install(names): names["create"] = print
        #- plain.pyi
        def create(): ...
        #- plain.py
        def create(): ...
        #- use.py
        import op, plain
        op.drop()
        plain.drop()
        #     ^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )
