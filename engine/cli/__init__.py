"""The same door without a screen: `python -m engine ...`."""

import contextlib
import os
import sys
from collections.abc import Sequence

from engine.cli.arguments import build_parser
from engine.cli.codes import INTERRUPTED, WRONG
from engine.cli.output import Output
from engine.errors import WorkbenchError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code.

    0: done; 1: the run failed; 2: something that was given is wrong, and standard error says what; 130: interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a narrow terminal encoding shall cost a letter, not the run
            stream.reconfigure(errors="replace")
    chosen = build_parser().parse_args(arguments)
    output = Output(sys.stdout, chosen.json)
    try:
        from engine.cli import commands

        # Libraries print what they like; standard output is kept for the answer.
        with contextlib.redirect_stdout(sys.stderr):
            return int(getattr(commands, chosen.command)(chosen, output))
    except WorkbenchError as error:
        print(error, file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        os.write(2, b"Interrupted.\n")
        return INTERRUPTED
