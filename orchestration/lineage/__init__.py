"""From pay back to what it was made from: traces and statements, and OpenLineage events for other tools."""
