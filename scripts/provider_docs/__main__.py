"""Write the pages and tables about the providers: `python -m scripts.provider_docs`."""

import sys

from .files import ROOT, files, left_over
from .incomplete import IncompleteProviderError


def main() -> None:
    """Write what has changed, remove what is left over, and name it."""
    try:
        texts = files()
    except IncompleteProviderError as err:
        sys.exit(f"nothing was written: {err}")
    for path, text in texts.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    for path in left_over():
        path.unlink()
        print(f"removed {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
