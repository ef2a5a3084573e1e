/// Llama 1 to 3 (arXiv 2302.13971, 2307.09288, 2407.21783) and SmolLM2: RMSNorm, rotary positions, SwiGLU,
/// grouped-query attention.
public enum LlamaFamily: LlamaDescendant {
  public static let modelType = "llama"
  public static let architecture = "LlamaForCausalLM"
  public static let traits = LlamaTraits(biases: .attentionAndFeedForward, dividesWidth: true)
}
