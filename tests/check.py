"""Checks the page: `python tests/check.py [DIR]`, for the project in DIR or the one it stands in.

Needs Python alone. Prints `FILE:LINE: rule: message` for each line with a problem, then their
count and the page's words. What breaks the structure comes first.
The exit status is 0 for no problem, 1 for some, 2 where a file could not be read.
"""

import sys
from pathlib import Path

from project import CannotRun, read_project
from rules import count_words, find_problems


def main(root):
    """Check the project in the folder `root`; return the exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # Windows may have another, without Ə
    try:
        project = read_project(root)
        problems = find_problems(project)
    except CannotRun as error:
        print(error, file=sys.stderr)
        return 2
    for problem in problems:
        print(": ".join(problem))
    print(f"Problems: {len(problems)}. Words: {count_words(project):,}.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if sys.argv[1:] else Path(__file__).parent.parent)))
