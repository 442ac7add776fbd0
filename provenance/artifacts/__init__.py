"""artifacts: what files of weights say about themselves, by header and index alone.

Pure readers without dependence on the scan: each gets a :class:`~.source.Source` or
bytes and returns a frozen value, or raises :class:`~.source.ArtifactError`. No weight is
read, nothing is unpickled, and every count, length and offset is checked against a cap
or the file's size before it is believed.
"""
