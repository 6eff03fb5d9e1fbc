"""Saved searches and alerts: kept in a database, matched against whatever the archive takes in, delivered."""
