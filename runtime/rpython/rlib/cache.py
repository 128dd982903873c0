"""Values computed once per key, all of them before the program starts."""
from rpython.rlib.objectmodel import specialize


class Cache(object):
    """Subclasses define `_build(key)`, and `_ready(result)` for a second step."""

    def __init__(self):
        self.content = {}
        self._building = {}

    @specialize.memo()
    def getorbuild(self, key):
        """The value for the key, a prebuilt object; at translation time it is made if needed."""
        try:
            return self.content[key]
        except KeyError:
            if key in self._building:
                raise RuntimeError("%s recursive building of %r" % (self, key))
            self._building[key] = True
            try:
                result = self._build(key)
                self.content[key] = result
            finally:
                del self._building[key]
            self._ready(result)
            return result

    def _ready(self, result):
        """Called for a new value once the cache has it."""

    def _freeze_(self):
        """The translator treats the cache as a constant."""
        return True
