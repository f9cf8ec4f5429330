"""Compiled helpers that several families may share; none of them takes or closes over a
function.
"""
