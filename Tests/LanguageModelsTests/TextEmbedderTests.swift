import LMRuntime
import LMTensor
import LMTestSupport
import LMTokenizer
import LMTransformer
import LanguageModels
import Testing

@Suite struct TextEmbedderTests {
  private func embedder(causal: Bool = true, precision: DType = .float32) -> TextEmbedder {
    var configuration = TransformerConfiguration(
      vocabularySize: 259, contextLength: 64, width: 32, layers: 2, heads: 4, hiddenWidth: 48)
    configuration.isCausal = causal
    let model = Transformer(configuration)
    model.initialize(seed: 5, deviation: 0.2)
    return TextEmbedder(model, Tokenizer.bytes(), precision: precision)
  }

  private func vectors(_ embedder: TextEmbedder, _ texts: [String]) throws -> [[Float]] {
    var result: [[Float]] = []
    try embedder.embed(texts) { index, vector in
      #expect(index == result.count)
      result.append(Array(vector))
    }
    return result
  }

  private var texts: [String] {
    (0..<150).map { String(repeating: "abcdefg \($0) ", count: $0 * 7 % 9) + "\($0)" }
  }

  @Test func `vectors come in order and do not depend on the other texts`() throws {
    for causal in [true, false] {
      let embedder = embedder(causal: causal)
      let all = try vectors(embedder, texts)
      for index in stride(from: 0, to: texts.count, by: 7) {
        let alone = try vectors(embedder, [texts[index]])[0]
        // Attention's sums are cut at other places: float32 rounding.
        #expect(relativeError(all[index].map(Double.init), alone.map(Double.init)) < 1e-5, "\(index)")
      }
      let reversed = Array(try vectors(embedder, texts.reversed()).reversed())
      #expect(relativeError(reversed.joined().map(Double.init), all.joined().map(Double.init)) < 1e-5)
    }
  }

  @Test func `bf16 is near`() throws {
    let (exact, near) = (try vectors(embedder(), texts), try vectors(embedder(precision: .bfloat16), texts))
    for (a, b) in zip(exact, near) {
      #expect(zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } > 0.999)
    }
  }

  @Test func `long texts are cut, between the tokens around them`() throws {
    var embedder = embedder()
    embedder.settings.maximumTokens = 9
    let long = String(repeating: "x", count: 500)
    let summary = try embedder.embed([long, "y"]) { _, _ in }
    #expect(summary.cutTexts == 1 && summary.tokens == 9 + 2)
    #expect(try vectors(embedder, [long]) == vectors(embedder, [String(repeating: "x", count: 8)]))
    embedder.settings.maximumTokens = nil
    #expect(try embedder.embed([long]) { _, _ in }.tokens == 64)
    // A begin-of-text token alone leaves room for nothing else, but is something.
    embedder.settings.maximumTokens = 1
    #expect(try embedder.embed([long]) { _, _ in }.tokens == 1)
  }

  @Test func `nothing, and texts without tokens`() throws {
    #expect(try embedder().embed([]) { _, _ in }.tokens == 0)
    var tokenizer = Tokenizer.bytes()
    tokenizer.specialIDs = .init()
    let configuration = TransformerConfiguration(
      vocabularySize: 259, contextLength: 8, width: 8, layers: 1, heads: 1, hiddenWidth: 8)
    let bare = TextEmbedder(Transformer(configuration), tokenizer, precision: .float32)
    #expect { try bare.embed(["a", ""]) { _, _ in } } throws: { "\($0)".contains("text 2: has no tokens") }
  }

  @Test func `vectors that are no numbers are refused`() throws {
    let configuration = TransformerConfiguration(
      vocabularySize: 259, contextLength: 8, width: 8, layers: 1, heads: 1, hiddenWidth: 8)
    let model = Transformer(configuration)
    model.embedding.value.floats[97 * 8] = .infinity
    let embedder = TextEmbedder(model, Tokenizer.bytes(), precision: .float32)
    #expect { try embedder.embed(["a"]) { _, _ in } } throws: { ($0 as? LMError)?.kind == .diverged }
  }
}
