"""Write the pages and tables about the providers: `python -m scripts.provider_docs`."""

from .files import ROOT, files, left_over


def main() -> None:
    """Write what has changed, remove what is left over, and name it."""
    for path, text in files().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    for path in left_over():
        path.unlink()
        print(f"removed {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
