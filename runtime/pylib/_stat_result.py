"""The result of `os.stat`: a tuple of ten with named fields; times in the tuple are whole seconds."""


class stat_result(tuple):
    def __new__(cls, fields):
        fields = tuple(fields)
        self = tuple.__new__(cls, fields[:7] + tuple([int(t) for t in fields[7:10]]))
        self._times = fields[7:10]
        return self

    def __repr__(self):
        names = ['st_mode', 'st_ino', 'st_dev', 'st_nlink', 'st_uid', 'st_gid', 'st_size', 'st_atime', 'st_mtime', 'st_ctime']
        return 'posix.stat_result(%s)' % ', '.join(['%s=%r' % pair for pair in zip(names, self)])

    st_mode = property(lambda self: self[0])
    st_ino = property(lambda self: self[1])
    st_dev = property(lambda self: self[2])
    st_nlink = property(lambda self: self[3])
    st_uid = property(lambda self: self[4])
    st_gid = property(lambda self: self[5])
    st_size = property(lambda self: self[6])
    st_atime = property(lambda self: self._times[0])
    st_mtime = property(lambda self: self._times[1])
    st_ctime = property(lambda self: self._times[2])
