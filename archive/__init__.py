"""The core of Dateline: articles, queries, text analysis, embedding and the engine contract."""
