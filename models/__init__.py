"""The families: one folder each, found by looking; see CONTRIBUTING.md for how to add one."""
