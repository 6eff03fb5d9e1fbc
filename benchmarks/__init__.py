"""What the figures in the README and the documentation come from: each module is a command.

python -m benchmarks.exactness --archive ARCHIVE
python -m benchmarks.searching --archive ARCHIVE
python -m benchmarks.indexing PATH...
"""
