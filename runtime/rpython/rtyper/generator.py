"""The classes that generators become; the flow space asks for them.

A generator function `f` turns into a function that makes a `GeneratorIterator` around an entry state.  `body` is a
marked copy of `f`: its graph takes the current state and returns the next one with the yielded value, or raises
StopIteration.
"""


def make_generator(name, body):
    """(base class of the states, entry state class, iterator class)"""

    class State(object):
        _generator_of_ = name

    class Entry(State):
        pass

    class GeneratorIterator(object):
        def __init__(self, state):
            self.current = state

        def __iter__(self):
            return self

        def next(self):
            state = self.current
            if state is None:
                raise StopIteration
            self.current = None
            following, value = body(state)
            self.current = following
            return value

    State.__name__ = 'GeneratorState_' + name
    Entry.__name__ = 'GeneratorEntry_' + name
    GeneratorIterator.__name__ = 'GeneratorIterator_' + name
    return State, Entry, GeneratorIterator


def new_state_class(base, number):
    """The state behind the yield with this number."""
    return type('%s_%d' % (base.__name__, number), (base,), {})


def mark_body(body, mark):
    body._generator_body_of_ = mark
