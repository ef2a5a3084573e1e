import LMRuntime

extension TransformerConfiguration {
  /// Largest number of parameters that is accepted: beyond the memory of any machine this runs on.
  static let parameterLimit = 1 << 36

  /// Checks sizes before any memory is taken.
  /// - Parameter place: what an error names: a file, or "the configuration".
  /// - Throws: ``LMError`` that names the first value that cannot be, and what could be.
  public func validate(at place: String) throws(LMError) {
    let sizes: [(String, Int, Int)] = [
      ("vocabulary size", vocabularySize, 1 << 24), ("context", contextLength, 1 << 20),
      ("width", width, 1 << 17), ("layers", layers, 4096), ("heads", heads, 4096),
      ("key/value heads", keyValueHeads, 4096), ("head width", headWidth, 4096),
      ("hidden width", hiddenWidth, 1 << 20),
    ]
    for (name, value, limit) in sizes where !(1...limit).contains(value) {
      throw LMError(at: place, "\(name) is \(value)", remedy: "use a number from 1 to \(limit)")
    }
    if heads % keyValueHeads != 0 {
      throw LMError(
        at: place, "\(keyValueHeads) key/value heads do not divide \(heads) heads",
        remedy: "use one of \(Self.divisors(of: heads))")
    }
    guard position != .sinusoidal || contextLength * width <= 1 << 28 else {
      throw LMError(
        at: place, "a table of \(contextLength) sinusoidal positions of width \(width) is too large",
        remedy: "use a smaller context, or rope")
    }
    try validatePositions(at: place)
    try validateFactors(at: place)
    try validateOutputs(at: place)
    guard normEpsilon > 0, normEpsilon < 1 else {
      throw LMError(
        at: place, "norm epsilon is \(normEpsilon)", remedy: "use a small positive number such as 1e-5")
    }
    guard residualScale.isFinite else {
      throw LMError(at: place, "residual scale is \(residualScale)", remedy: "use a number, usually 1")
    }
    guard (0..<1).contains(dropout) else {
      throw LMError(at: place, "dropout is \(dropout)", remedy: "use a probability from 0 to below 1")
    }
    guard parameterCount <= Self.parameterLimit else {
      throw LMError(at: place, "these sizes make \(parameterCount) parameters", remedy: "use smaller sizes")
    }
  }

  private func validatePositions(at place: String) throws(LMError) {
    guard case .rotary(let settings) = position else { return }
    guard (settings.width ?? headWidth) % 2 == 0, settings.width != 0 else {
      throw LMError(
        at: place, "head width \(settings.width ?? headWidth) is odd, rotary positions need pairs",
        remedy: "use an even head width, or other positions")
    }
    guard (settings.width ?? headWidth) <= headWidth else {
      throw LMError(
        at: place, "\(settings.width ?? headWidth) columns of heads of \(headWidth) are rotated",
        remedy: "use at most the head width")
    }
    for base in [settings.base, windowedRotaryBase ?? settings.base] {
      guard base > 1, base < 1e12 else {
        throw LMError(
          at: place, "rotary base is \(base)", remedy: "use a number between 1 and 1e12, usually 10000")
      }
    }
    if case .dynamic = settings.scaling, settings.width ?? headWidth == 2 {
      throw LMError(
        at: place, "dynamic rotary scaling of a single pair", remedy: "use a head width of at least 4")
    }
  }

  private func validateFactors(at place: String) throws(LMError) {
    guard embeddingScale.isFinite else {
      throw LMError(at: place, "embedding scale is \(embeddingScale)", remedy: "use a number, usually 1")
    }
    let positive = [
      ("attention scale", attentionScale), ("attention soft cap", attentionSoftCap),
      ("logit soft cap", logitSoftCap), ("ALiBi's maximum", alibiMaximum),
    ]
    for case (let name, let value?) in positive where !(value > 0 && value.isFinite) {
      throw LMError(at: place, "\(name) is \(value)", remedy: "use a number above 0")
    }
    guard window.map({ (1...1 << 30).contains($0) }) ?? true else {
      throw LMError(at: place, "window is \(window ?? 0)", remedy: "use a number from 1")
    }
    for (name, layers) in [("windowed", windowedLayers), ("rotated", rotatedLayers)]
    where !(1...4096).contains(layers.count) {
      throw LMError(
        at: place, "\(layers.count) layers are said to be \(name) or not", remedy: "use 1 to 4096")
    }
    guard (0...1024).contains(positionOffset), (0...1024).contains(segments) else {
      throw LMError(
        at: place, "position offset is \(positionOffset), segments are \(segments)",
        remedy: "use numbers from 0 to 1024")
    }
  }

  private func validateOutputs(at place: String) throws(LMError) {
    if !outputs.contains(.vocabulary), !tiesHead || !outputs.isDisjoint(with: .masked) {
      throw LMError(
        at: place, "a head of the vocabulary is described in part", remedy: "leave it out, or say it whole")
    }
    if outputs.contains(.nextSentence), !outputs.contains(.pooler) {
      throw LMError(
        at: place, "scores of the next sentence need a pooler", remedy: "use both, or leave both out")
    }
  }

  /// Number of trained values, norms and biases included.
  public var parameterCount: Int {
    let shape = (heads + 2 * keyValueHeads) * headWidth
    let normSize = width * (norm == .layer && biases.contains(.norms) ? 2 : 1)
    var block = width * shape + heads * headWidth * width
    block += width * hiddenWidth * (isGated ? 3 : 2)
    block += normSize * (normPlacement == .sandwich ? 4 : 2)
    if normsQueriesAndKeys { block += 2 * headWidth }
    if biases.contains(.attentionInput) { block += shape }
    if biases.contains(.attentionOutput) { block += width }
    if biases.contains(.feedForward) { block += hiddenWidth * (isGated ? 2 : 1) + width }
    var total = vocabularySize * width * (tiesHead ? 1 : 2)
    if position == .learned { total += (contextLength + positionOffset) * width }
    total += segments * width
    if normsEmbedding { total += normSize }
    if hasFinalNorm { total += normSize }
    if outputs.contains(.transform) { total += width * (width + 1) + normSize }
    if outputs.contains(.vocabularyBias) { total += vocabularySize }
    if outputs.contains(.pooler) { total += width * (width + 1) }
    if outputs.contains(.nextSentence) { total += 2 * (width + 1) }
    return total + layers * block
  }

  static func divisors(of number: Int) -> String {
    (1...max(1, number)).filter { number % $0 == 0 }.map(String.init).joined(separator: ", ")
  }
}
