"""Accounts: who may do what, sessions of browsers, tokens of programs."""
