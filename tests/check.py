"""Checks the page: `python tests/check.py [DIR]`, for the project in DIR or the one it stands in.

Prints `FILE:LINE: rule: message` for each problem, then their count and the page's words.
The exit status is 0 for no problem, 1 for some, 2 where it could not run.
"""

import sys
from pathlib import Path

try:
    from project import CannotRun, read_project
    from rules import find_problems, length
except ModuleNotFoundError as error:
    print(f"{error}; run tests/run once, then .venv/bin/python tests/check.py", file=sys.stderr)
    sys.exit(2)


def main(root):
    """Check the project in the folder `root`; return the exit status."""
    try:
        project = read_project(root)
    except CannotRun as error:
        print(error, file=sys.stderr)
        return 2
    problems = find_problems(project)
    for problem in problems:
        print(": ".join(problem))
    print(f"Problems: {len(problems)}. Words: {length(project):,}.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if sys.argv[1:] else Path(__file__).parent.parent)))
