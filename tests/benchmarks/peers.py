"""Peers as they are imported here: one thread, and JAX with both precisions."""

from __future__ import annotations

from types import ModuleType
from typing import Any


def jax_numpy() -> tuple[ModuleType, ModuleType]:
    """JAX and its NumPy. Dispatch waits for the result: with one thread a queue only costs."""
    import jax

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    return jax, jax.numpy


def one_thread_torch() -> Any:
    import torch

    torch.set_num_threads(1)
    return torch
