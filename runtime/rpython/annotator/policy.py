"""The policy of the annotator; kept for programs that pass one on."""


class AnnotatorPolicy(object):
    """The default policy."""

    def event(pol, bookkeeper, what, *args):
        pass

    def no_more_blocks_to_annotate(pol, annotator):
        pass
