"""What of the Python SDK is replaced, so that the program is quick.

None of it changes what is registered; all of it was measured with pulumi 3.217.

- *Outputs*: the SDK appends each to a deque and removes it from there once it has resolved. A deque
  looks for what it removes from its beginning on, so that a program of ten times the resources
  takes a hundred times as long over it: at 2,400 resources, three quarters of the program's time
  (`pulumi/output.py`, `Output.__init__`).
- *The wait for outputs*: at the end of the program the SDK looks at them in turn, again and again,
  until all are there. A processor is busy with that for as long as the engine makes resources, and
  one of two is missed by everything else (`pulumi/runtime/stack.py`, `wait_for_rpcs`). Here it is
  told when all have resolved, or one has failed, and looks then.
- *Types of properties*: the SDK works them out of annotations anew for every resource, a sixth of
  the program's time (`pulumi/_types.py`).
- *Stack traces*: the state holds one a resource, all frames down to the interpreter's start: a
  third of its bytes, which the engine writes again after each step. Of use is the first frame, the
  line that asks for the resource (`pulumi/runtime/resource.py`).
"""

import functools
import inspect
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime.proto import source_pb2

from components.outstanding import OutstandingOutputs

_INITIALIZERS = 3
"""Of `Resource`, of `CustomResource` or `ComponentResource`, and of the class that was called."""

# They are the SDK's own business: no type checker is to know them.
_sdk: Any = pulumi
_types_of_properties = functools.cache(_sdk._types._types_from_py_properties)
_wait_for_calls = _sdk.runtime.stack.wait_for_rpcs


def use_quick_sdk() -> None:
    """Replace it; to be called before the program makes its resources."""
    runtime = _sdk.runtime
    runtime.settings.SETTINGS.outputs = OutstandingOutputs(runtime.settings.SETTINGS.outputs)
    runtime.stack.wait_for_rpcs = wait_for_outputs_and_calls
    runtime.resource._get_stack_trace = first_frame
    _sdk._types._types_from_py_properties = _types_of_properties


async def wait_for_outputs_and_calls(*args: Any, **named: Any) -> None:
    """Wait idly for the outputs, then as the SDK does for whatever is left.

    Raises:
        Exception: the failure of the first output that fails, as soon as it does.
    """
    # Of this program: what one process runs after another has outputs of its own.
    outputs = _sdk.runtime.settings.SETTINGS.outputs
    if isinstance(outputs, OutstandingOutputs):
        await outputs.settled()
    await _wait_for_calls(*args, **named)


def first_frame() -> source_pb2.StackTrace:
    """Return a stack trace of one frame: whoever called the class of a resource."""
    frame = inspect.currentframe()
    initializers = 0
    while frame and initializers < _INITIALIZERS:
        initializers += frame.f_code.co_name == "__init__"
        frame = frame.f_back
    if frame is None:
        return source_pb2.StackTrace()
    uri = Path(frame.f_code.co_filename).absolute().as_uri()
    position = source_pb2.SourcePosition(uri=uri, line=frame.f_lineno)
    return source_pb2.StackTrace(frames=[source_pb2.StackFrame(pc=position)])
