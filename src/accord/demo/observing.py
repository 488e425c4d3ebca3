"""What `accord observe STORE --format json` tells, from one process for every store: what it needs takes seconds to import.

python -m accord.demo.observing        a store in each line of its input, a line of JSON for each
"""

import sys

import msgspec

from accord.observe.summary import observed_in


def main() -> None:
    """Answers until its standard input ends, as it does with the demo."""
    for line in sys.stdin:
        found, refused = observed_in([line.rstrip("\n")], complete=True)
        told = {"boundaries": found, "refused": refused}
        print(msgspec.json.encode(told).decode(), flush=True)


if __name__ == "__main__":
    main()
