"""Programs that we did not write judge configurations: one module for each, all run by `rooted`."""
