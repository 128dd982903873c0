"""The results of os.stat() and os.statvfs() in translated code."""
from rpython.rlib import _rposix_c as c
from rpython.rlib.objectmodel import specialize
from rpython.rlib.rposix import _as_bytes0, get_saved_errno
from rpython.rtyper.lltypesystem import lltype, rffi

N_INDEXABLE_FIELDS = 10

ALL_STAT_FIELDS = [
    ('st_mode', lltype.Signed), ('st_ino', lltype.Signed), ('st_dev', lltype.Signed),
    ('st_nlink', lltype.Signed), ('st_uid', lltype.Signed), ('st_gid', lltype.Signed),
    ('st_size', lltype.Signed), ('st_atime', lltype.Float), ('st_mtime', lltype.Float),
    ('st_ctime', lltype.Float), ('st_blksize', lltype.Signed), ('st_blocks', lltype.Signed),
    ('st_rdev', lltype.Signed), ('nsec_atime', lltype.Signed), ('nsec_mtime', lltype.Signed),
    ('nsec_ctime', lltype.Signed),
]
STAT_FIELDS = ALL_STAT_FIELDS[:13]
STAT_FIELD_TYPES = dict(ALL_STAT_FIELDS)
STAT_FIELD_NAMES = [_name for _name, _ in ALL_STAT_FIELDS]
STATVFS_FIELDS = [(_name, lltype.Signed) for _name in [
    'f_bsize', 'f_frsize', 'f_blocks', 'f_bfree', 'f_bavail', 'f_files', 'f_ffree', 'f_favail',
    'f_flag', 'f_namemax']]


class stat_result(object):
    """What is known of a file."""

    def __init__(self, words):
        self.st_mode = words[0]
        self.st_ino = words[1]
        self.st_dev = words[2]
        self.st_nlink = words[3]
        self.st_uid = words[4]
        self.st_gid = words[5]
        self.st_size = words[6]
        self._atime = words[7]
        self._mtime = words[8]
        self._ctime = words[9]
        self.nsec_atime = words[10]
        self.nsec_mtime = words[11]
        self.nsec_ctime = words[12]
        self.st_blksize = words[13]
        self.st_blocks = words[14]
        self.st_rdev = words[15]
        self.st_atime = words[7] + 1e-9 * words[10]
        self.st_mtime = words[8] + 1e-9 * words[11]
        self.st_ctime = words[9] + 1e-9 * words[12]

    def __getitem__(self, index):
        if index == 0:
            return self.st_mode
        elif index == 1:
            return self.st_ino
        elif index == 2:
            return self.st_dev
        elif index == 3:
            return self.st_nlink
        elif index == 4:
            return self.st_uid
        elif index == 5:
            return self.st_gid
        elif index == 6:
            return self.st_size
        elif index == 7:
            return self._atime
        elif index == 8:
            return self._mtime
        elif index == 9:
            return self._ctime
        raise IndexError

    def get_atime_ns(self):
        """The time of the last access in nanoseconds."""
        return self._atime * 1000000000 + self.nsec_atime

    def get_mtime_ns(self):
        """The time of the last change of the contents in nanoseconds."""
        return self._mtime * 1000000000 + self.nsec_mtime

    def get_ctime_ns(self):
        """The time of the last change of the inode in nanoseconds."""
        return self._ctime * 1000000000 + self.nsec_ctime


class statvfs_result(object):
    """What is known of a file system."""

    def __init__(self, words):
        self.f_bsize = words[0]
        self.f_frsize = words[1]
        self.f_blocks = words[2]
        self.f_bfree = words[3]
        self.f_bavail = words[4]
        self.f_files = words[5]
        self.f_ffree = words[6]
        self.f_favail = words[7]
        self.f_flag = words[8]
        self.f_namemax = words[9]


def _stat_result(result, words):
    if rffi.cast(lltype.Signed, result) < 0:
        raise OSError(get_saved_errno(), "os_stat failed")
    return stat_result(words)


def fstat(fd):
    """What is known of an open file."""
    with lltype.scoped_alloc(rffi.SIGNEDP.TO, 16) as words:
        return _stat_result(c.c_fstat(fd, words), words)


@specialize.argtype(0)
def stat(path):
    """What is known of the file that the path leads to."""
    with lltype.scoped_alloc(rffi.SIGNEDP.TO, 16) as words:
        return _stat_result(c.c_stat(_as_bytes0(path), words), words)


@specialize.argtype(0)
def lstat(path):
    """The same for a symbolic link itself."""
    with lltype.scoped_alloc(rffi.SIGNEDP.TO, 16) as words:
        return _stat_result(c.c_lstat(_as_bytes0(path), words), words)


def _statvfs_result(result, words):
    if rffi.cast(lltype.Signed, result) < 0:
        raise OSError(get_saved_errno(), "os_statvfs failed")
    return statvfs_result(words)


def fstatvfs(fd):
    """What is known of the file system of an open file."""
    with lltype.scoped_alloc(rffi.SIGNEDP.TO, 10) as words:
        return _statvfs_result(c.c_fstatvfs(fd, words), words)


@specialize.argtype(0)
def statvfs(path):
    """What is known of the file system of the path."""
    with lltype.scoped_alloc(rffi.SIGNEDP.TO, 10) as words:
        return _statvfs_result(c.c_statvfs(_as_bytes0(path), words), words)
