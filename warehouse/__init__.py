"""What is kept: tables, archive, and the state of the work in hand."""
