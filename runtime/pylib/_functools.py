"""`partial` and `reduce`."""

reduce = reduce


class partial(object):
    """A function with some arguments already given."""

    def __init__(*args, **keywords):
        if len(args) < 2:
            raise TypeError('type \'partial\' takes at least one argument')
        self, func = args[0], args[1]
        if not callable(func):
            raise TypeError('the first argument must be callable')
        self.func = func
        self.args = args[2:]
        self.keywords = keywords or None

    def __call__(self, *args, **keywords):
        if self.keywords:
            merged = dict(self.keywords)
            merged.update(keywords)
            keywords = merged
        return self.func(*(self.args + args), **keywords)
