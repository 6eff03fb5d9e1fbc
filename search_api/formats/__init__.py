"""The other forms of an answer: lines and tables for programs and spreadsheets, feeds for readers."""
