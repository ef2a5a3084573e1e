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
    if case .rotary(let base) = position {
      guard headWidth % 2 == 0 else {
        throw LMError(
          at: place, "head width \(headWidth) is odd, rotary positions need pairs",
          remedy: "use an even head width, or other positions")
      }
      guard base > 1, base < 1e12 else {
        throw LMError(
          at: place, "rotary base is \(base)", remedy: "use a number between 1 and 1e12, usually 10000")
      }
    }
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

  /// Number of trained values, norms and biases included.
  public var parameterCount: Int {
    let shape = (heads + 2 * keyValueHeads) * headWidth
    var block = width * shape + heads * headWidth * width
    block += width * hiddenWidth * (isGated ? 3 : 2)
    block += 2 * width
    if normsQueriesAndKeys { block += 2 * headWidth }
    if hasBiases { block += shape + width + hiddenWidth * (isGated ? 2 : 1) + width }
    if hasBiases && norm == .layer { block += 2 * width }
    var total = vocabularySize * width * (tiesHead ? 1 : 2)
    let normSize = width * (norm == .layer && hasBiases ? 2 : 1)
    if position == .learned { total += contextLength * width }
    if normsEmbedding { total += normSize }
    if normPlacement == .pre { total += normSize }
    return total + layers * block
  }

  static func divisors(of number: Int) -> String {
    (1...max(1, number)).filter { number % $0 == 0 }.map(String.init).joined(separator: ", ")
  }
}
