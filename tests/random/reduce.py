"""Makes a failing program smaller: by indentation only, so that it works on any Python text."""


class Node(object):
    """A line and what is indented under it."""
    def __init__(self, line, children):
        self.line, self.children = line, children


def parse(text):
    lines = [l for l in text.splitlines() if l.strip()]
    nodes, rest = parse_block(lines, 0, 0)
    return nodes


def parse_block(lines, start, level):
    nodes = []
    i = start
    while i < len(lines):
        depth = len(lines[i]) - len(lines[i].lstrip())
        if depth < level:
            break
        children, end = parse_block(lines, i + 1, depth + 1)
        nodes.append(Node(lines[i].strip(), children))
        i = end
    return nodes, i


def render(nodes, level=0):
    out = []
    for node in nodes:
        if level == 0 and node.children:
            out.append('')
        out.append('    ' * level + node.line)
        if node.children:
            out.append(render(node.children, level + 1))
        elif node.line.endswith(':'):
            out.append('    ' * (level + 1) + 'pass')
    return '\n'.join(out)


CONTINUES = ('else:', 'elif ', 'except', 'finally:')


class Reducer(object):
    """`fails(text)` says whether the interesting failure is still there."""
    def __init__(self, fails, say=lambda text: None, limit=2000):
        self.fails, self.say, self.left = fails, say, limit

    def reduce(self, text):
        self.nodes = parse(text)
        if not self.test():
            return text
        changed = True
        while changed and self.left > 0:
            changed = self.remove_pass(self.nodes)
            changed = self.unwrap_pass(self.nodes) or changed
            changed = self.simplify_pass(self.nodes) or changed
        return render(self.nodes) + '\n'

    def test(self):
        self.left -= 1
        return self.left >= 0 and self.fails(render(self.nodes) + '\n')

    def remove_pass(self, nodes):
        """Removes runs of siblings, long ones first; then looks inside."""
        changed = False
        size = max(len(nodes) // 2, 1)
        while size >= 1:
            i = len(nodes) - size
            while i >= 0:
                kept = nodes[i:i + size]
                del nodes[i:i + size]
                if self.test():
                    changed = True
                    self.say('%d lines left' % render(self.nodes).count('\n'))
                else:
                    nodes[i:i] = kept
                i -= size
            size //= 2
        for node in nodes:
            if node.children:
                changed = self.remove_pass(node.children) or changed
        return changed

    def unwrap_pass(self, nodes):
        """Puts the body of a compound statement in its place."""
        changed = False
        i = 0
        while i < len(nodes):
            node = nodes[i]
            if node.children and not node.line.startswith(('def ', 'class ', '@') + CONTINUES):
                end = i + 1
                while end < len(nodes) and nodes[end].line.startswith(CONTINUES):
                    end += 1
                old = nodes[i:end]
                nodes[i:end] = node.children
                if self.test():
                    changed = True
                    continue
                nodes[i:i + len(node.children)] = old
            changed = self.unwrap_pass(node.children) or changed
            i += 1
        return changed

    def simplify_pass(self, nodes):
        """Replaces bracketed parts of lines by small constants."""
        changed = False
        for node in nodes:
            done = False
            while not done:
                done = True
                for candidate in simpler(node.line):
                    old, node.line = node.line, candidate
                    if self.test():
                        changed, done = True, False
                        break
                    node.line = old
            changed = self.simplify_pass(node.children) or changed
        return changed


def simpler(line):
    """Shorter versions of a line: its bracketed expressions replaced by constants or by what they hold."""
    if line.startswith(('def ', 'class ', 'import ', 'from ', '@')):
        return
    spans = []
    stack = []
    for i, char in enumerate(line):
        if char in '([{':
            stack.append(i)
        elif char in ')]}' and stack:
            spans.append((stack.pop(), i + 1))
    spans.sort(key=lambda s: s[0] - s[1])
    for start, end in spans:
        inner = line[start + 1:end - 1]
        head = start
        while head > 0 and (line[head - 1].isalnum() or line[head - 1] in '_.'):
            head -= 1
        for value in ('0', "''", inner):
            if len(value) < end - head:
                yield line[:head] + value + line[end:]
        if inner.strip():
            yield line[:start + 1] + line[end - 1:]
