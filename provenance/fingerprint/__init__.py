"""fingerprint: what weights say about descent, by a fraction of a percent of their bytes.

Pure: headers, slices of tensors and tables come in, statistics and verdicts go out. numpy
and scipy (the extra ``weights``) are imported where they are used. Two models that were
initialised independently have residual streams whose coordinates are exchangeable, whatever
else they have in common; every p-value here is a statement about that and nothing else.
"""
