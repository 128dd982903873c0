"""Weak references and dictionaries with weak keys or values."""
from _weakref import ref

from rpython.rlib.objectmodel import specialize


def has_weakref_support():
    """Whether weak references work: always."""
    return True


class _Dead(object):
    """The referent of `dead_ref`."""


def _make_dead_ref():
    """A reference whose object is gone."""
    import gc
    result = ref(_Dead())
    gc.collect()
    return result


dead_ref = _make_dead_ref()


@specialize.memo()
def _value_dictionary_class(keyclass, valueclass):
    """The class of dictionaries from keys to weakly held instances."""

    class WeakValueDictionary(object):
        """A dictionary whose items vanish with their values."""

        def __init__(self):
            self._refs = {}
            self._next_cleanup = 16

        def get(self, key):
            """The value, None if there is none."""
            r = self._refs.get(key, dead_ref)
            result = r()
            if result is None:
                return None
            assert isinstance(result, valueclass)
            return result

        def set(self, key, value):
            """Store the value weakly; None removes the item."""
            if value is None:
                if key in self._refs:
                    del self._refs[key]
                return
            assert isinstance(value, valueclass)
            if len(self._refs) >= self._next_cleanup:
                self._cleanup()
            self._refs[key] = ref(value)

        def _cleanup(self):
            dead = [key for key in self._refs.keys() if self._refs[key]() is None]
            for key in dead:
                del self._refs[key]
            self._next_cleanup = 2 * len(self._refs) + 16

    return WeakValueDictionary


def RWeakValueDictionary(keyclass, valueclass):
    """A dictionary from keys to weakly held instances of `valueclass`.

    `keyclass` is str, int or a class, or a low-level type.
    """
    return _value_dictionary_class(keyclass, valueclass)()
RWeakValueDictionary._annspecialcase_ = 'specialize:arg(0, 1)'


@specialize.memo()
def _key_dictionary_class(keyclass, valueclass):
    """The class of dictionaries from weakly held keys to values."""
    from rpython.rlib.objectmodel import compute_identity_hash

    class Entry(object):
        """One item; items with the same hash are linked."""

        def __init__(self, key, value, next):
            self.ref = ref(key)
            self.value = value
            self.next = next

    class WeakKeyDictionary(object):
        """A dictionary whose items vanish with their keys."""

        def __init__(self):
            self._entries = {}
            self._count = 0
            self._next_cleanup = 16

        def get(self, key):
            """The value, None if there is none."""
            entry = self._find(key)
            if entry is None:
                return None
            return entry.value

        def _find(self, key):
            assert isinstance(key, keyclass)
            entry = self._entries.get(compute_identity_hash(key), None)
            while entry is not None:
                if entry.ref() is key:
                    return entry
                entry = entry.next
            return None

        def set(self, key, value):
            """Store the value under the key; None removes the item."""
            entry = self._find(key)
            if entry is not None:
                entry.value = value
                if value is None:
                    self._cleanup()
                return
            if value is None:
                return
            if self._count >= self._next_cleanup:
                self._cleanup()
            h = compute_identity_hash(key)
            self._entries[h] = Entry(key, value, self._entries.get(h, None))
            self._count += 1

        def length(self):
            """The number of items."""
            self._cleanup()
            return self._count

        def _cleanup(self):
            """Drop the items without key or value."""
            self._count = 0
            for h in self._entries.keys():
                kept = None
                entry = self._entries[h]
                while entry is not None:
                    following = entry.next
                    if entry.ref() is not None and entry.value is not None:
                        entry.next = kept
                        kept = entry
                        self._count += 1
                    entry = following
                if kept is None:
                    del self._entries[h]
                else:
                    self._entries[h] = kept
            self._next_cleanup = 2 * self._count + 16

    return WeakKeyDictionary


def RWeakKeyDictionary(keyclass, valueclass):
    """A dictionary from weakly held instances of `keyclass` to instances of `valueclass`."""
    return _key_dictionary_class(keyclass, valueclass)()
RWeakKeyDictionary._annspecialcase_ = 'specialize:arg(0, 1)'
