"""Which functions a JIT would look into; kept for targets that define `jitpolicy`."""


class _Log(object):
    """Takes messages and drops them."""

    def __call__(self, message):
        pass

    def __getattr__(self, name):
        return self


log = _Log()


class JitPolicy(object):
    """The default policy."""

    def __init__(self, jithookiface=None):
        self.unsafe_loopy_graphs = set()
        self.supports_floats = False
        self.supports_longlong = False
        self.supports_singlefloats = False
        self.jithookiface = jithookiface

    def set_supports_floats(self, flag):
        self.supports_floats = flag

    def set_supports_longlong(self, flag):
        self.supports_longlong = flag

    def set_supports_singlefloats(self, flag):
        self.supports_singlefloats = flag

    def dump_unsafe_loops(self):
        pass

    def look_inside_function(self, func):
        """Whether to look into the function."""
        return True

    def look_inside_graph(self, graph):
        """Whether to look into the graph."""
        return self.look_inside_function(graph.func)


class StopAtXPolicy(JitPolicy):
    """Looks into everything but the given functions."""

    def __init__(self, *funcs):
        JitPolicy.__init__(self)
        self.funcs = funcs

    def look_inside_function(self, func):
        return func not in self.funcs
