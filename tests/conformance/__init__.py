"""One suite for every engine: the same articles, the same searches, the same answers."""
