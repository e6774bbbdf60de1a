"""Publication: one complete, gated build, swapped in whole."""
