import LMRuntime

/// Gemma (arXiv 2403.08295): Llama with a scaled embedding and GELU; files hold the weights of norms less 1.
public enum GemmaFamily: LlamaDescendant {
  public static let modelType = "gemma"
  public static let architecture = "GemmaForCausalLM"
  /// In the first files "gelu" means its tanh approximation.
  public static let traits = LlamaTraits(
    rare: [.embeddingScale], biases: .attention, normOffset: 1, activation: .geluTanh,
    activationNames: ["gelu_pytorch_tanh", "gelu", "gelu_new"], keyValueHeads: 16, headWidth: 256,
    tiesHead: true)

  public static func ownMisfit(_ c: TransformerConfiguration) -> String? {
    c.embeddingScale == scale(c) ? nil : "the embedding's scale is not the root of the width"
  }

  public static func read(_ config: JSONField, into c: inout TransformerConfiguration) throws(LMError) {
    try config.require("hidden_activation", ["gelu_pytorch_tanh", "gelu_new"])
    try config.refuse("use_bidirectional_attention")
    c.embeddingScale = scale(c)
  }

  /// √D.
  static func scale(_ c: TransformerConfiguration) -> Float { Float(Double(c.width).squareRoot()) }
}
