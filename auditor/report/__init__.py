"""What people and programs get to read: terminal, HTML, JSON, and the files that are applied by hand."""
