"""A picture of any sweep: simulation as points, theory as lines."""
