"""Prints where the sample archive lies: `dateline index "$(python -m dateline.sample)"`."""

from dateline.sample import sample_path

if __name__ == "__main__":
    print(sample_path())
