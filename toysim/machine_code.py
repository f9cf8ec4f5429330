"""Machine code is made of those kernels that Python calls.

Numba makes it of every function that it compiles, though those that only kernels call are linked
into these as LLVM's intermediate code. Here it waits until an address is asked for. First runs then
took 20 s of a processor for 27 (``deep_linear.modes``), 14 for 18 (``induction_head.logits``;
measured); later ones and the bits of results are the same. To let LLVM's passes wait as well would
save as much again, and made kernels that draw normal numbers take half as long again (measured).

This overrides methods of ``numba.core.codegen``; what Numba's versions are known to have them
stands in ``pyproject.toml``.
"""

from __future__ import annotations

import weakref
from typing import Any

from numba.core.codegen import JITCodeLibrary, JITCPUCodegen
from numba.core.environment import lookup_environment
from numba.core.registry import cpu_target

CALLED_BY_NAME = ("nrt", "multi3")  # Numba's helpers, which no library links


class LateLibrary(JITCodeLibrary):
    """What was compiled of one function and of those that it calls."""

    _codegen: Any
    _is_made = False

    def get_pointer_to_function(self, name: str) -> int:
        self._ensure_finalized()
        if not self._is_made and self._defines(name):
            self._make()
        return int(super().get_pointer_to_function(name))

    def serialize_using_object_code(self) -> Any:
        """For the cache: without machine code where there is none."""
        self._ensure_finalized()
        if not self._is_made:
            return self.serialize_using_bitcode()
        return super().serialize_using_object_code()

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True
        if self.name in CALLED_BY_NAME or self._comes_compiled():
            self._make()

    def _comes_compiled(self) -> bool:
        """Whether its machine code was read from the cache."""
        return self._object_caching_enabled and self._compiled_object is not None

    def _make(self) -> None:
        self._is_made = True
        # The hooks of Numba's object cache look for it by this name.
        self._final_module._CPUCodeLibrary__library = weakref.proxy(self)
        self._codegen._add_module(self._final_module)
        self._finalize_specific()
        for variable in self._final_module.global_variables:
            environment = lookup_environment(variable.name)
            if environment is not None:
                self._codegen.set_env(variable.name, environment)

    def _defines(self, name: str) -> bool:
        try:
            return not self._final_module.get_function(name).is_declaration
        except NameError:
            return False


class LateCodegen(JITCPUCodegen):
    """Numba's, with libraries whose machine code comes late."""

    _library_class = LateLibrary

    def set_env(self, env_name: str, env: Any) -> None:
        """Where there is no machine code yet, ``LateLibrary`` does it when there is."""
        if self._engine.is_symbol_defined(env_name):
            super().set_env(env_name, env)


def make_late() -> None:
    """From here on; what was compiled before stays as it is."""
    cpu_target.target_context.codegen().__class__ = LateCodegen
