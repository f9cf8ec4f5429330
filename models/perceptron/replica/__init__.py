"""Mean-field machinery of the family: Gaussian averages, saddle points, what a solver says of them.

Read by theory alone; of its files only ``solver_outputs`` is imported when models are listed.
"""
