"""The front door of Dateline: the command line, the service, settings."""

__version__ = "0.1.0"
