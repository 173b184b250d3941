"""Time to show the beginning of a long answer without secrets, beside reading it as JSON.

Usage: python -m benchmarks.redaction
"""

from collections.abc import Callable
import json
from statistics import median
from time import perf_counter

from custom_components.ddns_plus.core.net.redaction import Secrets

_LENGTH = 64_000
_ROUNDS = 15
_WORDS = tuple(f"parameter{number:04x}" for number in range(700))

_CASES: dict[str, tuple[tuple[str, ...], str]] = {
    "lines of one letter": (("correct-horse_9",), "good\n" + "a\n" * (_LENGTH // 2)),
    "backslashes": (("\\" * 5 + "x",), "\\" * _LENGTH),
    "a secret of 1,000 letters": (("a" * 999 + "b",), "a" * _LENGTH),
    "escapes in escapes": (('pa ss%&w"rd',), "%252525" * (_LENGTH // 7)),
    "the words of a request": (_WORDS, " ".join(_WORDS) * 6),
}


def _milliseconds[ArgumentT](
    work: Callable[[ArgumentT], object], argument: ArgumentT
) -> float:
    """Return the median time of some work."""
    times = []
    for _ in range(_ROUNDS):
        began = perf_counter()
        work(argument)
        times.append(perf_counter() - began)
    return 1000 * median(times)


def main() -> None:
    """Measure each answer, and print a table."""
    print(f"{'answer of 64 kB':28} {'shown':>9} {'as JSON':>9} {'ratio':>6}")
    for name, (texts, answer) in _CASES.items():
        secrets = Secrets(texts)
        secrets.excerpt("learn")
        shown = _milliseconds(secrets.excerpt, answer)
        read = _milliseconds(json.loads, json.dumps(answer.split()))
        print(f"{name:28} {shown:6.2f} ms {read:6.2f} ms {shown / read:6.2f}")


if __name__ == "__main__":
    main()
