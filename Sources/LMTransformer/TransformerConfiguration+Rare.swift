/// Choices that only some families make; the others refuse a configuration that makes them.
public enum RareChoice: Sendable, CaseIterable {
  case parallel, bidirectional, wholePrompt, window, windowedRotary, unrotatedLayers, attentionScale,
    attentionSoftCap
  case logitSoftCap, embeddingScale, alibiMaximum, positionOffset, segments, partialBiases,
    outputs
}

extension TransformerConfiguration {
  /// What ``rareMisfit(allowing:)`` says of each choice, and whether it is made.
  private var rareChoices: [(choice: RareChoice, isMade: Bool, text: String)] {
    [
      (.parallel, isParallel, "both sub-layers read what enters the layer"),
      (.bidirectional, !isCausal, "tokens see what comes after them"),
      (.wholePrompt, seesWholePrompt, "tokens of a prompt see what comes after them in it"),
      (.window, window != nil, "attention has a window"),
      (.windowedRotary, windowedRotaryBase != nil, "windowed layers have a rotary base of their own"),
      (.unrotatedLayers, rotatedLayers.contains(false), "some layers do not rotate"),
      (.attentionScale, attentionScale != nil, "attention's scores have a scale of their own"),
      (.attentionSoftCap, attentionSoftCap != nil, "attention's scores are bounded"),
      (.logitSoftCap, logitSoftCap != nil, "the vocabulary's scores are bounded"),
      (.embeddingScale, embeddingScale != 1, "the embedding is scaled"),
      (.hasOtherAlibiOrder, "ALiBi's slopes stand in another order"),
      (.alibiMaximum, position == .alibi && alibiMaximum != 8, "ALiBi's slopes have another maximum"),
      (.positionOffset, position == .learned && positionOffset != 0, "positions do not begin at 0"),
      (.segments, segments != 0, "segments have embeddings"),
      (.outputs, outputs != .vocabulary, "other scores than those of the vocabulary are computed"),
      (.partialBiases, biases != [] && biases != .all, "some products have biases and others not"),
    ]
  }

  /// The first choice that is made and not in `allowed`, in words; nil if there is none.
  func rareMisfit(allowing allowed: Set<RareChoice>) -> String? {
    rareChoices.first { $0.isMade && !allowed.contains($0.choice) }?.text
  }
}
