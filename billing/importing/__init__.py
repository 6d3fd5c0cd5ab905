"""Customer bases from CSV files: read line by line, compared with what is there, written where told to."""
