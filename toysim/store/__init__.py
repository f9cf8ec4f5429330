"""The dataset of a sweep on disk: its layout, its files, how it grows and how it is read."""
