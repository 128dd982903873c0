"""Wrapping and filling of paragraphs."""
import re
import string

__all__ = ['TextWrapper', 'wrap', 'fill', 'dedent']

_WHITESPACE = '\t\n\x0b\x0c\r '


class TextWrapper(object):
    """Wraps text into lines of limited width."""

    whitespace_trans = string.maketrans(_WHITESPACE, ' ' * len(_WHITESPACE))

    # words, hyphens at which a word may be broken, dashes
    _wordsep_re = re.compile(
        r'(\s+|'
        r'[^\s\w]*\w+[^0-9\W]-(?=\w+[^0-9\W])|'
        r'(?<=[\w\!\"\'\&\.\,\?])-{2,}(?=\w))')
    _wordsep_simple_re = re.compile(r'(\s+)')
    _sentence_end_re = re.compile(r'[a-z][\.\!\?][\"\']?\Z')

    def __init__(self, width=70, initial_indent='', subsequent_indent='', expand_tabs=True,
                 replace_whitespace=True, fix_sentence_endings=False, break_long_words=True,
                 drop_whitespace=True, break_on_hyphens=True):
        self.width = width
        self.initial_indent = initial_indent
        self.subsequent_indent = subsequent_indent
        self.expand_tabs = expand_tabs
        self.replace_whitespace = replace_whitespace
        self.fix_sentence_endings = fix_sentence_endings
        self.break_long_words = break_long_words
        self.drop_whitespace = drop_whitespace
        self.break_on_hyphens = break_on_hyphens

    def _munge_whitespace(self, text):
        if self.expand_tabs:
            text = text.expandtabs()
        if self.replace_whitespace:
            if isinstance(text, str):
                text = text.translate(self.whitespace_trans)
            else:
                text = text.translate(dict([(ord(c), u' ') for c in _WHITESPACE]))
        return text

    def _split(self, text):
        """The pieces between which lines can be broken."""
        pattern = self._wordsep_re if self.break_on_hyphens else self._wordsep_simple_re
        return [piece for piece in pattern.split(text) if piece]

    def _fix_sentence_endings(self, chunks):
        i = 0
        while i < len(chunks) - 1:
            if chunks[i + 1] == ' ' and self._sentence_end_re.search(chunks[i]):
                chunks[i + 1] = '  '
                i += 2
            else:
                i += 1

    def _handle_long_word(self, chunks, line, length, width):
        """Put what fits of a word that is longer than a line into the line."""
        room = 1 if width < 1 else width - length
        if self.break_long_words:
            line.append(chunks[-1][:room])
            chunks[-1] = chunks[-1][room:]
        elif not line:
            line.append(chunks.pop())

    def _wrap_chunks(self, chunks):
        lines = []
        if self.width <= 0:
            raise ValueError("invalid width %r (must be > 0)" % self.width)
        chunks.reverse()
        while chunks:
            line = []
            length = 0
            indent = self.subsequent_indent if lines else self.initial_indent
            width = self.width - len(indent)
            if self.drop_whitespace and chunks[-1].strip() == '' and lines:
                del chunks[-1]
            while chunks and length + len(chunks[-1]) <= width:
                length += len(chunks[-1])
                line.append(chunks.pop())
            if chunks and len(chunks[-1]) > width:
                self._handle_long_word(chunks, line, length, width)
            if self.drop_whitespace and line and line[-1].strip() == '':
                del line[-1]
            if line:
                lines.append(indent + ''.join(line))
        return lines

    def wrap(self, text):
        """The lines of the wrapped text."""
        chunks = self._split(self._munge_whitespace(text))
        if self.fix_sentence_endings:
            self._fix_sentence_endings(chunks)
        return self._wrap_chunks(chunks)

    def fill(self, text):
        """The wrapped text."""
        return '\n'.join(self.wrap(text))


def wrap(text, width=70, **kwargs):
    """The lines of the wrapped text."""
    return TextWrapper(width=width, **kwargs).wrap(text)


def fill(text, width=70, **kwargs):
    """The wrapped text."""
    return TextWrapper(width=width, **kwargs).fill(text)


def dedent(text):
    """The text without the white space that all its lines begin with."""
    lines = []
    margin = None
    for line in text.split('\n'):
        if not line.strip(' \t'):
            line = ''
        else:
            indent = line[:len(line) - len(line.lstrip(' \t'))]
            if margin is None:
                margin = indent
            elif not indent.startswith(margin):
                n = 0
                while n < min(len(margin), len(indent)) and margin[n] == indent[n]:
                    n += 1
                margin = margin[:n]
        lines.append(line)
    if margin:
        lines = [line[len(margin):] if line else line for line in lines]
    return '\n'.join(lines)
