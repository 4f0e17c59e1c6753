"""Open the workbench: `python main.py [--home FOLDER] [--version] [--close-after SECONDS]`."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - started with an old Python, it should say so
    sys.exit("H2Rec Workbench needs Python 3.11 or newer; this is Python " + sys.version.split()[0] + ".")

try:
    from workbench.application import main
except ModuleNotFoundError as error:
    sys.exit(f"The Python package {error.name} is missing; install the workbench with  pip install -e .")

if __name__ == "__main__":
    sys.exit(main())
