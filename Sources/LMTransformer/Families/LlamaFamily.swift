/// Llama 1 to 3 (arXiv 2302.13971, 2307.09288, 2407.21783) and SmolLM2: RMSNorm, rotary positions, SwiGLU,
/// grouped-query attention.
public enum LlamaFamily: LlamaDescendant {
  public static let modelType = "llama"
  public static let architecture = "LlamaForCausalLM"
  public static let traits = LlamaTraits(biases: .attentionAndFeedForward, dividesWidth: true)
}

extension LlamaFamily {
  /// The names with the rows that rotate together side by side, as the original checkpoints of Llama have them.
  package static func pairedWeights(_ c: TransformerConfiguration) -> [WeightName] {
    weights(c).map { weight in
      let isRotated = weight.name.contains(".q_proj.") || weight.name.contains(".k_proj.")
      return isRotated ? weight.renamed(weight.name, .rotaryPairs(headWidth: c.headWidth)) : weight
    }
  }
}
