"""The exception raised when the C stack is used up."""

# The host raises RuntimeError for a recursion that is too deep; so does translated code.
StackOverflow = RuntimeError


def check_stack_overflow():
    """In a handler: tell a stack overflow from other RuntimeErrors."""
