"""A local page on which a sweep is looked at from all sides, or a model's parameters are turned."""
