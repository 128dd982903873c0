"""Threads at import time: there is one; locks only remember whether they are held."""
from _thread_native import get_ident


class error(Exception):
    pass


class lock(object):
    def __init__(self):
        self._held = False

    def acquire(self, waitflag=1):
        if self._held:
            if waitflag:
                raise error('deadlock: there is only one thread')
            return False
        self._held = True
        return True

    def release(self):
        if not self._held:
            raise error('release unlocked lock')
        self._held = False

    def locked(self):
        return self._held

    def __enter__(self):
        self.acquire()
        return self

    def __exit__(self, *args):
        self.release()

LockType = lock


def allocate_lock():
    return lock()


def start_new_thread(function, args, kwargs={}):
    raise error("can't start new thread: threads need the translated program")


def stack_size(size=0):
    return 0


def interrupt_main():
    raise KeyboardInterrupt
