# dump: size first clean
class Node(object):
    def __init__(self, value):
        self.value = value


class Leaf(Node):
    pass


class Pair(Node):
    def __init__(self, left, right):
        self.left = left
        self.right = right


def size(node):
    if node is None:
        return 0
    if isinstance(node, Pair):
        return size(node.left) + size(node.right)
    return 1


def first(words, start):
    if start < 0:
        return words[0]
    return words[start:][0]


def clean(text):
    if '\x00' in text:
        return ''
    return text


def entry_point(argv):
    tree = Pair(Leaf(1), None)
    print size(tree), first(argv, len(argv) - 1), clean(chr(len(argv)) + 'x')
    return 0


def target(driver, args):
    return entry_point, None
