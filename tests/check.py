"""Checks the page: `python tests/check.py [DIR]`, for the project in DIR or the one it stands in.

Prints one line a problem, `FILE:LINE: rule: message`, then their count and the length and weight
of the page. The exit status is 0 for no problem, 1 for some, 2 where it could not run.
"""

import gzip
import sys
from pathlib import Path

try:
    from project import CannotRun, read_project
    from rules import find_problems, length
except ModuleNotFoundError as error:
    print(f"{error}; run tests/run once, then .venv/bin/python tests/check.py", file=sys.stderr)
    sys.exit(2)


def main(root):
    """Print the problems of the project in the folder `root`; return the exit status."""
    try:
        project = read_project(root)
    except CannotRun as error:
        print(error, file=sys.stderr)
        return 2
    problems = find_problems(project)
    for problem in problems:
        print(": ".join(problem))
    text, tables = length(project)
    weight = len(gzip.compress(project.source, 6))
    count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
    print(f"{count}; {text:,} words of text, {tables:,} in tables; {weight:,} bytes gzipped")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if sys.argv[1:] else Path(__file__).parent.parent)))
