"""Clocks and the calendar. The clocks are native (`_time`)."""
import _time

time = _time.time
clock = _time.clock
sleep = _time.sleep
accept2dyear = 1

_WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
_FULL_WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
_MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
_FULL_MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
                'November', 'December']

timezone = -_time.utc_offset(1420070400.0)
altzone = -_time.utc_offset(1435708800.0)
daylight = int(timezone != altzone)
tzname = ('UTC', 'UTC')


class struct_time(tuple):
    """Year, month, day, hour, minute, second, weekday (Monday 0), day of the year, daylight saving flag."""

    def __new__(cls, fields):
        self = tuple.__new__(cls, fields)
        if len(self) != 9:
            raise TypeError('time.struct_time() takes a 9-sequence (%d-sequence given)' % len(self))
        return self

    def __repr__(self):
        names = ['tm_year', 'tm_mon', 'tm_mday', 'tm_hour', 'tm_min', 'tm_sec', 'tm_wday', 'tm_yday', 'tm_isdst']
        return 'time.struct_time(%s)' % ', '.join(['%s=%r' % pair for pair in zip(names, self)])

    tm_year = property(lambda self: self[0])
    tm_mon = property(lambda self: self[1])
    tm_mday = property(lambda self: self[2])
    tm_hour = property(lambda self: self[3])
    tm_min = property(lambda self: self[4])
    tm_sec = property(lambda self: self[5])
    tm_wday = property(lambda self: self[6])
    tm_yday = property(lambda self: self[7])
    tm_isdst = property(lambda self: self[8])


def _days_before_year(year):
    y = year - 1
    return y * 365 + y // 4 - y // 100 + y // 400


def _is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _month_lengths(year):
    return [31, 28 + _is_leap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

_EPOCH_DAYS = _days_before_year(1970)


def _broken_down(seconds, isdst):
    days, rest = divmod(int(seconds // 1), 86400)
    days += _EPOCH_DAYS
    year = days * 400 // 146097 + 1
    while _days_before_year(year) > days:
        year -= 1
    while _days_before_year(year + 1) <= days:
        year += 1
    yday = days - _days_before_year(year)
    month = 1
    day = yday
    for length in _month_lengths(year):
        if day < length:
            break
        day -= length
        month += 1
    return struct_time((year, month, day + 1, rest // 3600, rest // 60 % 60, rest % 60, days % 7, yday + 1, isdst))


def gmtime(seconds=None):
    if seconds is None:
        seconds = time()
    return _broken_down(seconds, 0)


def localtime(seconds=None):
    if seconds is None:
        seconds = time()
    offset = _time.utc_offset(seconds)
    return _broken_down(seconds + offset, int(daylight and offset == -altzone))


def _timegm(fields):
    year, month, day, hour, minute, second = fields[:6]
    year += (month - 1) // 12
    month = (month - 1) % 12
    days = _days_before_year(year) + sum(_month_lengths(year)[:month]) + day - 1 - _EPOCH_DAYS
    return ((days * 24 + hour) * 60 + minute) * 60 + second


def mktime(fields):
    seconds = _timegm(fields)
    return float(seconds - _time.utc_offset(seconds - _time.utc_offset(seconds)))


def asctime(fields=None):
    if fields is None:
        fields = localtime()
    return '%s %s %2d %02d:%02d:%02d %d' % (_WEEKDAYS[fields[6]], _MONTHS[fields[1] - 1], fields[2], fields[3],
                                            fields[4], fields[5], fields[0])


def ctime(seconds=None):
    return asctime(localtime(seconds))


def strftime(format, fields=None):
    if fields is None:
        fields = localtime()
    year, month, day, hour, minute, second, weekday, yday = fields[:8]
    values = {
        'a': _WEEKDAYS[weekday], 'A': _FULL_WEEKDAYS[weekday], 'b': _MONTHS[month - 1], 'B': _FULL_MONTHS[month - 1],
        'c': asctime(fields).replace(' %2d ' % day, ' %2d ' % day), 'd': '%02d' % day, 'H': '%02d' % hour,
        'I': '%02d' % ((hour + 11) % 12 + 1), 'j': '%03d' % yday, 'm': '%02d' % month, 'M': '%02d' % minute,
        'p': hour < 12 and 'AM' or 'PM', 'S': '%02d' % second, 'U': '%02d' % ((yday + 6 - (weekday + 1) % 7) // 7),
        'w': str((weekday + 1) % 7), 'W': '%02d' % ((yday + 6 - weekday) // 7),
        'x': '%02d/%02d/%02d' % (month, day, year % 100), 'X': '%02d:%02d:%02d' % (hour, minute, second),
        'y': '%02d' % (year % 100), 'Y': str(year), 'Z': tzname[0], '%': '%', 'n': '\n', 't': '\t',
        'D': '%02d/%02d/%02d' % (month, day, year % 100), 'F': '%d-%02d-%02d' % (year, month, day),
        'T': '%02d:%02d:%02d' % (hour, minute, second), 'e': '%2d' % day, 'R': '%02d:%02d' % (hour, minute),
    }
    pieces = format.split('%')
    out = [pieces[0]]
    i = 1
    while i < len(pieces):
        piece = pieces[i]
        if piece == '' and i + 1 < len(pieces):
            out.append('%' + pieces[i + 1])
            i += 2
            continue
        out.append(values.get(piece[:1], '%' + piece[:1]) + piece[1:])
        i += 1
    return ''.join(out)


def tzset():
    pass
