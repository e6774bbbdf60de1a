"""From pay back to what it was made from, read from the current publication alone: traces and statements."""
