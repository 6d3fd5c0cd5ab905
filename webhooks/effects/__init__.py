"""What each kind of item does to the rows, a file for each."""
