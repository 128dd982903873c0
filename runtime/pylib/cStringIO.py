"""A string as a file; here the same as StringIO."""
from StringIO import *
from StringIO import StringIO

InputType = OutputType = StringIO
