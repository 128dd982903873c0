"""Binary data as text, and checksums."""
from _binascii import a2b_base64, adler32, b2a_base64, crc32, hexlify, unhexlify

b2a_hex = hexlify
a2b_hex = unhexlify


class Error(Exception):
    pass


class Incomplete(Exception):
    pass
