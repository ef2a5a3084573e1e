/// Random segmentations, which make a model robust when it is trained on them.
public enum SubwordSampling: Sendable, Equatable {
  /// BPE dropout (Provilkov et al., arXiv 1910.13267) with a probability from 0 to 1, as in Hugging Face's
  /// tokenizers: the merge that is next is passed over with this probability, and is tried again after the next
  /// one that is made. 0 is plain encoding, 1 merges nothing.
  case dropout(Double)
  /// Subword regularization (Kudo, arXiv 1804.10959): a segmentation S with probability proportional to
  /// exp(α · score(S)), over all segmentations. α is 0 or more; the larger, the closer to plain encoding.
  case unigram(Double)
}
